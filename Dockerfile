# syntax=docker/dockerfile:1
# Two images: `millrace`, the binary alone, which every service is; `gateway`, nginx with the project's configuration and the storefront.
#   docker build --target millrace --tag millrace .
#   docker build --target gateway --tag millrace-gateway .

FROM rust:1.95-bookworm AS rust
WORKDIR /src

# What the dependencies follow from, and nothing else: while that stays as it is, so does the layer in which they are compiled.
FROM rust AS manifests
COPY . .
RUN find . -type f ! -name Cargo.toml ! -name Cargo.lock -delete \
    && for manifest in */Cargo.toml; do mkdir -p "${manifest%/*}/src" && touch "${manifest%/*}/src/lib.rs"; done \
    && echo 'fn main() {}' >millrace/src/main.rs

FROM rust AS build
COPY --from=manifests /src .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    cargo build --locked --release --bin millrace
COPY . .
# Cargo goes by times, and those of the sources are older than the empty ones before them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    find . -path ./target -prune -o -name '*.rs' -exec touch {} + \
    && cargo build --locked --release --bin millrace \
    && install -D target/release/millrace /out/bin/millrace \
    && mkdir -p /out/state/keys

FROM node:22-bookworm-slim AS storefront
WORKDIR /src/storefront
COPY storefront/package.json storefront/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY storefront .
RUN npm run build

# The version of nginx that the tests run.
FROM debian:bookworm-slim AS gateway
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends curl nginx-light \
    && rm -rf /var/lib/apt/lists/*
COPY ops/nginx /etc/millrace/nginx
COPY ops/compose/site /etc/millrace/nginx/site
COPY --from=storefront /src/storefront/dist /usr/share/millrace/storefront
USER www-data
EXPOSE 8080 8443
# Finishes what is open.
STOPSIGNAL SIGQUIT
CMD ["nginx", "-c", "/etc/millrace/nginx/nginx.conf", "-g", "daemon off;"]

# No shell, and certificates of the authorities that everybody knows, for webhooks and mail.
FROM gcr.io/distroless/cc-debian12:nonroot AS millrace
COPY --from=build /out/bin /usr/local/bin
# A volume that is mounted there for the first time belongs to the services.
COPY --from=build --chown=65532:65532 /out/state /var/lib/millrace
ENV MILLRACE_KEYS_DIR=/var/lib/millrace/keys
WORKDIR /var/lib/millrace
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/millrace"]
CMD ["--help"]
