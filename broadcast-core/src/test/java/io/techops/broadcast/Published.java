package io.techops.broadcast;

/** Publishes, and tells what a hub without a backplane knows at once. */
public final class Published {

    private Published() {
    }

    /** {@return the position of a text that is broadcast now} */
    public static Position position(BroadcastHub hub, String text) {
        return hub.publish(text).toCompletableFuture().join();
    }

    /** {@return the sequence of a text that is broadcast now} */
    public static long sequence(BroadcastHub hub, String text) {
        return position(hub, text).sequence();
    }
}
