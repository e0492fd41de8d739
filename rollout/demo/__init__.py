"""A believable rollout to look at: 240 cafés getting new guest Wi-Fi, some done, some tonight, some blocked, some in review.

All of it is made here, with dates relative to the moment of loading. Every person, firm and site is invented.
"""

from rollout.demo.clear import clear
from rollout.demo.load import AlreadyLoaded, load

__all__ = ["AlreadyLoaded", "clear", "load"]
