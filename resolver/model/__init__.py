"""The values that the rooms exchange: frozen, typed, and free of any row, request or clock.

``github`` holds what was observed on GitHub, ``runs`` what agents registered, ``feedback`` what maintainers
asked for, ``answers`` what the chain made of it, ``deliveries`` what the inbox keeps.
"""
