# The project's errands; each is also a plain command, so `just` itself is never needed.

# Lists the errands.
default:
    @just --list

# Sets up the machine where needed, then runs every check.
test:
    ./scripts/test

# Runs the whole job on a demo agency, in ./demo.
demo:
    cargo run --release -- demo

# Formats, and shows what clippy says.
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# Runs one suite of the integration binary: `just suite house`.
suite NAME:
    cargo test --test suite --all-features -- suite::{{NAME}}::

# Audits the dependencies: bans, licences, sources, advisories.
audit:
    ./scripts/audit

# Measures the snapshot against a fair peer: `just bench medium`.
bench SIZE="medium":
    ./scripts/bench snapshot --size {{SIZE}}

# Shows how long functions and files are.
sizes:
    ./scripts/sizes

# Writes every kind of page as PDF and PNG to a folder.
gallery FOLDER="gallery":
    ./scripts/gallery {{FOLDER}}
