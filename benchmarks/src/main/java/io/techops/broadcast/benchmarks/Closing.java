package io.techops.broadcast.benchmarks;

/** How a connection that comes and goes is closed: what its close frame says (RFC 6455 section 7.4.1). */
enum Closing {

    /** Code 1000, as a program that has finished. */
    NORMAL((byte) 0x03, (byte) 0xe8),
    /** Code 1001, as a browser whose tab is closed. */
    GOING_AWAY((byte) 0x03, (byte) 0xe9),
    /** No code, as a page that calls {@code close()}. */
    EMPTY;

    private final byte[] payload;

    Closing(byte... payload) {
        this.payload = payload;
    }

    byte[] payload() {
        return payload.clone();
    }
}
