"""The set-up from a page (``whichrun serve --setup``): from nothing to a GitHub App whose deliveries are verified.

For as long as there is no App the service is these pages and nothing else. Whoever has the code that the console shows
gets in (``door``); they say what the App is to be (``wish``), GitHub makes it and leads back, and its secrets are taken
over and stored (``course``, ``keeping``). Then this process ends, and the one that waits for it becomes the service
(``receiver.supervisor``). No page of an ordinary service leads here.
"""
