"""`python -m trading_api` starts the server."""

from trading_api.cli import main

if __name__ == "__main__":
    main()
