package io.techops.broadcast.testkit;

import io.techops.broadcast.spi.Transport;

/** A call of a transport, from which {@code FakeTransport.throwFrom} has it throw. */
public enum TransportCall {
    /** {@link Transport#write}; nothing of the batch is taken. */
    WRITE,
    /** {@link Transport#tell}. */
    TELL,
    /** {@link Transport#ping}. */
    PING,
    /** {@link Transport#close}. */
    CLOSE,
    /** {@link Transport#abort}. */
    ABORT,
    /** {@link Transport#resume}. */
    RESUME
}
