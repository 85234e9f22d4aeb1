package io.techops.broadcast.testkit;

import io.techops.broadcast.spi.Transport;

/** A method of a transport, which {@code FakeTransport.throwFrom} can make throw. */
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
