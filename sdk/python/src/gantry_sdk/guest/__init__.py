"""The component's side of the contract. Only loaded where a component is built; nothing here is meant for authors.

The build's entry module consists of these two lines, MODULE being the author's:

    from gantry_sdk.guest import component
    Transform = component("MODULE")
"""

from gantry_sdk.guest.component import component

__all__ = ["component"]
