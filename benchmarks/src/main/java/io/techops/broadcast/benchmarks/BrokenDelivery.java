package io.techops.broadcast.benchmarks;

/** Says that a peer did not get what it had to get: the measurement has failed. */
final class BrokenDelivery extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BrokenDelivery(String message) {
        super(message);
    }
}
