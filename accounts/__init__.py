"""Who works here, as what, and what each page lets them do; knows nothing of certificates."""
