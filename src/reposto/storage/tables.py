"""Every table. The schema itself always comes from the migrations; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from reposto.storage.types import BigId, Json, Price, Quantity, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# key: "epoch" names the lineage of the database (a restored backup gets a new one); "data_version" grows with
# every change of the company's data; "catalogue_version" with every change of products or suppliers.
meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))

# ---------------------------------------------------------------- people

users = Table(
    "users",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("password_hash", Text),  # null: can only log in by a one-time code on loopback
    Column("role", String(16), nullable=False, server_default="buyer"),  # buyer | manager | admin
    Column("locale", String(8), nullable=False, server_default="pt-BR"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    sqlite_autoincrement=True,
)

# Cookies, API tokens and one-time codes; only their SHA-256 is kept.
credentials = Table(
    "credentials",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),  # cookie | token | code
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

# ---------------------------------------------------------------- conversation

chat_sessions = Table(
    "chat_sessions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("criado_em", UtcDateTime, nullable=False),
    Column("last_seq", Integer, nullable=False, server_default="0"),  # taken under this row's lock
    Column("preview", String(200), nullable=False, server_default=""),
    Column("kind", String(8), nullable=False, server_default="chat"),  # orders: the log of the company's orders
    Index("ix_chat_sessions_user_id_id", "user_id", "id"),
    sqlite_autoincrement=True,  # an id is never used again, not even after a delete
)

chat_messages = Table(
    "chat_messages",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("session_id", BigId, ForeignKey("chat_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("sender", String(8), nullable=False),
    Column("content", Text, nullable=False),
    Column("criado_em", UtcDateTime, nullable=False),
    Column("metadata", Json),
    Column("in_reply_to", Integer),  # seq of the question it answers
    Column("client_id", String(200)),  # makes a resend harmless: "q:…" a question's, "a:…" an action's
    UniqueConstraint("session_id", "seq"),
    UniqueConstraint("session_id", "client_id"),
    CheckConstraint("sender in ('human', 'agent', 'ai', 'system')", name="sender"),
    CheckConstraint("seq > 0", name="seq"),
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("session_id", BigId, ForeignKey("chat_sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("question_seq", Integer, nullable=False),
    Column("kind", String(32), nullable=False, server_default="analysis"),
    Column("sku", String(120), nullable=False),  # empty for a run over the catalogue, "…7" for its seventh part
    Column("parent_id", String(36), index=True),  # of a part: the run it belongs to
    Column("request", Json, nullable=False),  # the typed request, as data
    Column("state", String(12), nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),  # fences: only the newest attempt may answer
    Column("forgiven", Integer, nullable=False, server_default="0"),  # attempts that ended with a worker's shutdown
    Column("worker", String(80)),
    Column("lease_until", UtcDateTime),
    Column("steps", Json, nullable=False),
    Column("rev", Integer, nullable=False, server_default="0"),  # of the progress snapshot; only grows
    Column("priority", Integer, nullable=False, server_default="0"),  # higher first; catalogue-wide runs are below 0
    Column("locale", String(8), nullable=False, server_default="pt-BR"),
    Column("correlation_id", String(36), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("result_seq", Integer),
    Column("error", Text),
    Column("done", Integer, nullable=False, server_default="0"),  # products, of a run and of its parts
    Column("total", Integer, nullable=False, server_default="0"),
    Column("draft", Json),  # {attempt, text}: the answer while a language model phrases it
    Column("partial", Json),  # of a run: its most urgent lines so far
    UniqueConstraint("session_id", "question_seq", "sku"),  # no question yields two results
    CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
    Index("ix_jobs_state_finished_at", "state", "finished_at"),  # the newest that ended
)

# In the order in which they are claimed, and nothing but what waits: a claim reads one entry, however many there are.
Index(
    "ix_jobs_queued",
    jobs.c.state,  # always the same; SQLite's planner wants something to look up
    jobs.c.priority.desc(),
    jobs.c.created_at,
    jobs.c.id,
    sqlite_where=text("state = 'queued'"),
    postgresql_where=text("state = 'queued'"),
)

# ---------------------------------------------------------------- catalogue and stock

products = Table(
    "products",
    metadata,
    Column("sku", String(120), primary_key=True),  # text: leading zeros matter
    Column("name", String(300), nullable=False),
    Column("unit", String(12), nullable=False, server_default="UN"),
    Column("category", String(120), nullable=False, server_default=""),
    Column("brand", String(120), nullable=False, server_default=""),
    Column("ean", String(20), nullable=False, server_default=""),
    Column("ncm", String(12), nullable=False, server_default=""),
    Column("supplier_code", String(120), nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default="1"),
    Column("shelf_life_days", Integer),  # from receipt
)

# The company's own words for its products, learnt from what buyers picked. Words with two products are asked about.
product_aliases = Table(
    "product_aliases",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(200), nullable=False),  # the words in the one spelling by which they are compared
    Column("text", String(200), nullable=False),  # as they were read
    Column("sku", String(120), ForeignKey("products.sku", ondelete="CASCADE"), nullable=False),
    Column("source", String(12), nullable=False),  # choice | correction | told
    Column("user_id", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("message_id", BigId),  # the question it was learnt from; its conversation may be gone
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("key", "sku"),
    CheckConstraint("source in ('choice', 'correction', 'told')", name="source"),
    Index("ix_product_aliases_sku", "sku"),
    Index("ix_product_aliases_user_id", "user_id"),
)

stock_levels = Table(
    "stock_levels",
    metadata,
    Column("sku", String(120), ForeignKey("products.sku", ondelete="CASCADE"), primary_key=True),
    Column("on_hand", Quantity, nullable=False),
    Column("reserved", Quantity, nullable=False, server_default="0"),
    Column("as_of", Date, nullable=False),
)

daily_sales = Table(
    "daily_sales",
    metadata,
    Column("sku", String(120), ForeignKey("products.sku", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("quantity", Quantity, nullable=False),
    Column("out_of_stock", Boolean, nullable=False, server_default="0"),  # nothing could be sold: not a zero demand
    Column("promotion", Boolean, nullable=False, server_default="0"),
    Column("one_off", Boolean, nullable=False, server_default="0"),  # marked as exceptional by the buyer
    sqlite_with_rowid=False,
)

promotions = Table(  # planned ones, and past ones beside those marked on the sales
    "promotions",
    metadata,
    Column("sku", String(120), ForeignKey("products.sku", ondelete="CASCADE"), primary_key=True),
    Column("starts_on", Date, primary_key=True),
    Column("ends_on", Date, nullable=False),
    Column("discount_percent", Float),
    Column("unit_price", Price),  # R$ while it lasts
)

# ---------------------------------------------------------------- suppliers, offers, orders

suppliers = Table(
    "suppliers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(300), nullable=False, unique=True),  # CNPJ digits/letters, else the normalised name
    Column("cnpj", String(14), nullable=False, server_default=""),  # [A-Z0-9]{12}[0-9]{2}, without punctuation
    Column("name", String(300), nullable=False),
    Column("trade_name", String(300), nullable=False, server_default=""),
    Column("city", String(120), nullable=False, server_default=""),
    Column("state", String(2), nullable=False, server_default=""),
    Column("email", String(200), nullable=False, server_default=""),
    Column("phone", String(40), nullable=False, server_default=""),
    Column("minimum_order", Price),  # R$ per order
    Column("active", Boolean, nullable=False, server_default="1"),
    Column("free_freight_from", Price),  # R$ of goods in one order
)

offers = Table(
    "offers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("supplier_id", BigId, ForeignKey("suppliers.id", ondelete="CASCADE"), nullable=False),
    Column("sku", String(120), ForeignKey("products.sku", ondelete="CASCADE"), nullable=False, index=True),
    Column("moq", Quantity, nullable=False, server_default="1000"),
    Column("pack_multiple", Quantity, nullable=False, server_default="1000"),
    Column("promised_lead_time_days", Integer),  # business days
    Column("valid_until", Date),
    Column("quoted_on", Date),
    Column("freight_fixed", Price, nullable=False, server_default="0"),  # R$ per order line
    Column("freight_percent", Float, nullable=False, server_default="0"),
    Column("ipi_percent", Float, nullable=False, server_default="0"),
    Column("icms_percent", Float, nullable=False, server_default="0"),
    Column("icms_st_percent", Float, nullable=False, server_default="0"),
    Column("payment_terms", String(60), nullable=False, server_default=""),  # days: "28/42/56"
    UniqueConstraint("supplier_id", "sku"),
)

offer_tiers = Table(
    "offer_tiers",
    metadata,
    Column("offer_id", BigId, ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True),
    Column("min_quantity", Quantity, primary_key=True),
    Column("unit_price", Price, nullable=False),
)

purchase_orders = Table(
    "purchase_orders",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("number", String(60), nullable=False, unique=True),
    Column("supplier_id", BigId, ForeignKey("suppliers.id"), nullable=False),
    Column("ordered_on", Date, nullable=False),
    Column("expected_on", Date),
    Column("status", String(12), nullable=False),  # draft | approved | sent | partial | received | cancelled
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),  # null: imported
    Column("created_at", UtcDateTime, nullable=False),
    Column("session_id", BigId),  # the conversation in which it was made, which may be gone
    Column("revision", Integer, nullable=False, server_default="0"),  # grows with each change on the page
    CheckConstraint("status in ('draft', 'approved', 'sent', 'partial', 'received', 'cancelled')", name="status"),
    Index("ix_purchase_orders_supplier_id_ordered_on", "supplier_id", "ordered_on"),  # a supplier's newest orders
    Index("ix_purchase_orders_status_created_at", "status", "created_at"),  # the drafts, the newest first
)

purchase_order_lines = Table(
    "purchase_order_lines",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("order_id", BigId, ForeignKey("purchase_orders.id", ondelete="CASCADE"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("sku", String(120), ForeignKey("products.sku"), nullable=False, index=True),
    Column("quantity", Quantity, nullable=False),
    Column("unit_price", Price),
    UniqueConstraint("order_id", "line"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("line_id", BigId, ForeignKey("purchase_order_lines.id", ondelete="CASCADE"), nullable=False),
    Column("received_on", Date, nullable=False),
    Column("quantity", Quantity, nullable=False),
    Column("document", String(60), nullable=False, server_default=""),  # invoice number
    UniqueConstraint("line_id", "received_on", "document"),
)

price_observations = Table(
    "price_observations",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("sku", String(120), ForeignKey("products.sku", ondelete="CASCADE"), nullable=False),
    Column("supplier_id", BigId, ForeignKey("suppliers.id", ondelete="CASCADE")),
    Column("seen_on", Date, nullable=False),
    Column("unit_price", Price, nullable=False),
    Column("quantity", Quantity),
    Column("source", String(12), nullable=False),  # order | invoice | quote | market
    UniqueConstraint("sku", "supplier_id", "seen_on", "source"),
)

# ---------------------------------------------------------------- company

company = Table(
    "company",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("name", String(200), nullable=False, server_default=""),
    Column("state", String(2), nullable=False, server_default="SP"),
    Column("city", String(120), nullable=False, server_default=""),
    Column("timezone", String(60), nullable=False, server_default="America/Sao_Paulo"),
    Column("holding_cost_percent_year", Float, nullable=False, server_default="25"),
    Column("order_cost", Price, nullable=False, server_default="600000"),
    Column("service_level", Float, nullable=False, server_default="0.95"),
    Column("margin_percent", Float, nullable=False, server_default="40"),
    Column("review_days", Integer, nullable=False, server_default="7"),
    Column("unmet_demand", String(12), nullable=False, server_default="lost"),  # lost | backorder
    Column("tax_regime", String(12), nullable=False, server_default="simples"),  # simples | presumido | real
    Column("money_cost_percent_month", Float, nullable=False, server_default="1.5"),
    Column("dead_stock_days", Integer, nullable=False, server_default="180"),
    Column("dead_stock_loss_percent", Float, nullable=False, server_default="50"),
    Column("activity", String(12), nullable=False, server_default="commerce"),  # commerce | industry
    Column("internal_icms_percent", Float),
    Column("cbs_percent", Float),
    Column("local_holidays", String(600), nullable=False, server_default=""),
)

imports = Table(
    "imports",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("file_name", String(300), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("rows", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
)

# Fitted across the catalogue in the background (forecast tables); payload is opaque to storage.
fitted_models = Table(
    "fitted_models",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("data_version", Integer, nullable=False),
    Column("fitted_at", UtcDateTime, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

# The newest analysis of each product with the ordinary horizon, so that a list or a question is a look-up. It holds on
# its day for the data it was made from: `basis` names their version (cheap to compare), `fingerprint` the product's
# own facts (an import that didn't touch the product leaves it as it is).
product_results = Table(
    "product_results",
    metadata,
    Column("sku", String(120), ForeignKey("products.sku", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, nullable=False),
    Column("basis", String(120), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("line", Json, nullable=False),
    Column("analysis", LargeBinary),  # zlib over JSON; null where it could not be made
    Column("computed_at", UtcDateTime, nullable=False),
)

# The list that a run over the catalogue ended with, whole: the message carries only its head.
run_results = Table(
    "run_results",
    metadata,
    Column("job_id", String(36), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("payload", LargeBinary, nullable=False),  # zlib over JSON
    Column("created_at", UtcDateTime, nullable=False),
)
