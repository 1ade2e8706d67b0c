"""Business cards: a photo becomes lines (`reader`, in a process of its own), lines become fields (`fields`)."""
