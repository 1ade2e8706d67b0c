"""How quick the program is, against goals and against the floor: `python -m bench --size 10k --clients 1,8`."""
