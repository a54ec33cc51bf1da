"""The handlers: a module for each tag of the document, a function for each operationId.

The contract layer finds them by these names. `representation` is a task as clients see it, and what
a request body asks to change.
"""
