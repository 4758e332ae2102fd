"""What operators watch: counted in every process of a service, told at ``/metrics`` by whichever is asked.

``folder`` is where the processes meet, ``seats`` which files there are whose, ``instruments`` names all that is
counted, ``scrape`` tells it, with what the store says at that moment. ``deploy/metrics.md`` lists them.
"""
