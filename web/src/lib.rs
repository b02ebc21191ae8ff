//! What both APIs share at the HTTP edge.
