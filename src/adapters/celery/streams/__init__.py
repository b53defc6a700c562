"""kombu's Redis transport over streams with a consumer group: nothing taken is ever lost."""
