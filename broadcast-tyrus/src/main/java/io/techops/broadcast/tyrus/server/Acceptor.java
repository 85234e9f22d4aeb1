package io.techops.broadcast.tyrus.server;

import io.techops.broadcast.logging.FailureLog;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import java.io.IOException;
import java.time.Duration;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.nio.transport.TCPNIOServerConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections. After a failure, nearly always because no file descriptors are left, the selector would report
 * the waiting connection again and again. So accepting pauses after a failure, each time for twice as long, up to a
 * second. Owned by the selector thread that accepts.
 */
final class Acceptor {

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final WriteReadiness watch;
    private final FailureLog failures = new FailureLog(LOG);
    private Duration pause = FIRST_PAUSE;
    /** Whether the failure was logged, so that its end is logged too. */
    private boolean told;

    Acceptor(WriteReadiness watch) {
        this.watch = watch;
    }

    /** Accepts a connection, or makes sure that this is tried again later. Throws nothing. */
    void accept(TCPNIOServerConnection listening) {
        try {
            listening.onAccept();
            pause = FIRST_PAUSE;
            if (told) {
                told = false;
                LOG.info("Connections are accepted again");
            }
        } catch (Throwable thrown) {
            if (listening.isOpen()) {
                pause(listening);
                told |= failures.warn("No connection can be accepted for now (" + thrown.getMessage()
                        + "). If that is for want of file descriptors, raise their limit (ulimit -n; LimitNOFILE of "
                        + "systemd), or set maxPeers below it", thrown instanceof IOException ? null : thrown);
            }
        }
    }

    private void pause(TCPNIOServerConnection listening) {
        try {
            listening.disableIOEvent(IOEvent.SERVER_ACCEPT);
            watch.in(pause, () -> goOn(listening));
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        } catch (Throwable thrown) {
            goOn(listening); // then without a pause
        }
    }

    private static void goOn(TCPNIOServerConnection listening) {
        try {
            listening.enableIOEvent(IOEvent.SERVER_ACCEPT);
        } catch (IOException e) {
            LOG.debug("The listening socket is closed: {}", e.toString());
        }
    }
}
