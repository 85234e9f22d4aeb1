package io.techops.broadcast.benchmarks;

import java.io.IOException;

/** Takes apart what comes from a server. For one thread. */
interface Parser {

    /** What is found. */
    interface Found {
        /** A message. */
        void message(byte[] in, int at, int length, long now) throws IOException;

        /** A message that was compressed. */
        default void inflated(Inflation.Inflated message, long now) throws IOException {
            message(message.bytes(), 0, message.bytes().length, now);
        }

        /** What is said of positions beside messages, as text. */
        void event(byte[] in, int at, int length);

        /** A ping, with its payload. */
        void ping(byte[] payload) throws IOException;

        /** The server has let the peer in, which with some protocols takes more than a handshake. */
        default void joined() { }

        /** A text with which the protocol has to be answered. */
        default void answer(String text) throws IOException {
            throw broken("an answer that is not due: " + text);
        }

        /** {@return what is reported for bytes that must not come} */
        BrokenDelivery broken(String what);
    }

    /**
     * Takes what is complete.
     *
     * @param at the first byte to look at
     * @param length the index behind the last one
     * @return the index behind what was taken
     */
    int consume(byte[] in, int at, int length) throws IOException;
}
