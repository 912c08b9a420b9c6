//! The slot planner: which slots of the service are due, collapsed or still to come.
