"""Coming from another tool: runs, artifacts and feedback of an eloylp/agents database (``whichrun import``).

``reading`` says what a row becomes, ``taking`` keeps it, ``comparing`` holds the old links against the answers here.
"""
