# One image for API processes and workers: `reposto serve` or `reposto worker`. See docs/howto/scaled.md.

FROM node:22-bookworm-slim AS page
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM python:3.11-slim-bookworm AS install
WORKDIR /build
RUN python -m venv /opt/reposto
# The locked packages first: they change less often than our own code.
COPY requirements.lock ./
RUN /opt/reposto/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY src ./src
COPY --from=page /build/src/reposto/app/static ./src/reposto/app/static
RUN /opt/reposto/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --no-create-home --uid 10001 --home-dir /data --shell /usr/sbin/nologin reposto \
  && install -d -o reposto -g reposto -m 0700 /data
COPY --from=install /opt/reposto /opt/reposto
ENV PATH=/opt/reposto/bin:$PATH REPOSTO_HOME=/data REPOSTO_LOG_FORMAT=json
USER reposto
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# Listening beyond loopback needs a user with a password: `reposto user add`.
CMD ["reposto", "serve", "--host", "0.0.0.0"]
