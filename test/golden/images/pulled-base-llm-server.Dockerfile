FROM debian:trixie-slim@sha256:0123
