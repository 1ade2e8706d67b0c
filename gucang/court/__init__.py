"""The deviation court: a way of working that departs from the process is judged better, harmful or tolerable."""
