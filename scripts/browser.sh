#!/usr/bin/env bash
# Runs Node.js with Debian's Chromium at hand, which is installed (as root) where it is missing. CHROMIUM names another one.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${CHROMIUM:-}" ]; then
    CHROMIUM=$(command -v chromium || true)
    if [ -z "$CHROMIUM" ]; then
        if [ "$(id -u)" != 0 ]; then
            echo 'missing: chromium. Install it with: sudo apt-get install -y chromium' >&2
            exit 1
        fi
        echo 'installing chromium' >&2
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update -qq && apt-get install -y -qq chromium; } >/tmp/core-server-chromium.log 2>&1 ||
            { tail -n 20 /tmp/core-server-chromium.log >&2; exit 1; }
        CHROMIUM=$(command -v chromium)
    fi
    export CHROMIUM
fi
exec node "$@"
