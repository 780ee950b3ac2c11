#!/usr/bin/env bash
# Fails the job for what was found, after everything was delivered. Reads CODE and FAIL (findings, errors, never).
set -euo pipefail

case "${FAIL:-findings}" in
    findings) exit "$CODE" ;;
    errors) [ "$CODE" -lt 2 ] ;;
    never) ;;
    *) echo "::error title=unspin::\`fail\` is findings, errors or never, not \`$FAIL\`"; exit 2 ;;
esac
