# One image for every role: `suket serve --role all|office|public`. Runs from the source tree, as not-root.
FROM node:24-bookworm-slim AS scanner
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY script script
COPY templates/station templates/station
COPY suket_service/web/static suket_service/web/static
RUN script/scanner

FROM python:3.12-slim-bookworm AS build
WORKDIR /app
COPY requirements.lock pyproject.toml README.md ./
COPY suket_service suket_service
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --no-index -e .

FROM python:3.12-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fontconfig libzbar0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home suket \
 && install -d -o suket -g suket -m 0700 /var/lib/suket
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY suket_service suket_service
COPY --from=scanner /app/suket_service/web/static/build suket_service/web/static/build
COPY templates templates
COPY examples examples
COPY script/demo script/demo
COPY deploy/backup-daily deploy/backup-daily
COPY wsgi.py pyproject.toml ./
USER suket
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 SUKET_DATA_DIR=/var/lib/suket
VOLUME /var/lib/suket
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=180s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["suket", "serve", "--bind", "0.0.0.0:8000"]
