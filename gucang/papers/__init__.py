"""Records on paper: a record type says once what its PDF holds, in Chinese and in English."""
