package io.techops.broadcast.endpoint;

/** What a session asks for cannot be had: it is closed with 1008, and the message is for the peer. */
final class BadRequest extends RuntimeException {

    private static final long serialVersionUID = 1;

    BadRequest(String message) {
        super(message);
    }
}
