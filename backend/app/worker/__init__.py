"""The worker process: takes jobs from the queue, recovers those that another worker lost."""
