"""Every way in: webhook, HTTP API, command line, worker. The only home of Flask and of the environment."""
