"""How much a file may cost before it is refused. Parsers run in a process of their own, inside these limits."""

from __future__ import annotations

import resource

MIB = 2**20

MAX_FILE_BYTES = 1024 * MIB  # 30 million sales lines; more is an export of the wrong thing
MAX_UNPACKED_BYTES = 100 * MIB  # XLSX, as its directory declares: some 600,000 lines; beyond that a CSV is right
MAX_RATIO = 100  # unpacked : packed. Real workbooks are at 5 to 20
MIN_RATIO_BYTES = MIB  # below this size a ratio says nothing and does no harm
MAX_ZIP_DIRECTORY = MIB  # bytes; a workbook has some ten entries of about 60 bytes
MAX_FIELD = 64 * 1024  # characters of one cell; Excel's own limit is 32,767
MAX_COLUMNS = 500  # Bling's widest export has about 60
HEADER_WITHIN = 20  # lines: some reports print a title and a period first
MAX_ROW_ERRORS = 200  # shown; whoever has more has one cause, not 200

# The child's whole address space. Python with the parsers takes about 40 MiB, a batch of lines 10; the rest is for
# the shared strings of a workbook. RELIABILITY I1.
CHILD_MEMORY = 512 * MIB
OUT_OF_MEMORY = 77  # the child's exit code then
# A child reads about 8 MiB of CSV or 4 MiB of unpacked XLSX per CPU second on a slow machine; a second for each MiB
# on top of 30 leaves honest files room and ends a parser that has lost its way.
CHILD_CPU_S = 30
CHILD_CPU_S_PER_MIB = 1.0
STALL_S = 60.0  # wall clock without a sign of life: the child blocks on something (a FIFO, a dead network disk)


def cpu_seconds(size: int) -> int:
    """The CPU time that a file of that many (unpacked) bytes may take."""
    return CHILD_CPU_S + round(CHILD_CPU_S_PER_MIB * size / MIB)


def confine(size: int) -> None:
    """Put these limits on this process, for good: memory, CPU time, no writing of files, no core dump."""
    _lower(resource.RLIMIT_AS, CHILD_MEMORY)
    _lower(resource.RLIMIT_CPU, cpu_seconds(size))
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(limit: int, value: int) -> None:
    _soft, hard = resource.getrlimit(limit)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (value, value))
