package io.techops.broadcast.testing;

import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static io.techops.broadcast.testing.ClientFrames.header;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * The ways in which a client ends a connection, before, within and after its handshake.
 */
public enum ConnectionEnding {
    A_CLOSE_FRAME(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.sendClose(1000);
            peer.readsEnd();
        }
    },
    A_CLOSE_FRAME_WITHOUT_A_CODE(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send(frame(0x88));
            peer.readClose();
        }
    },
    A_CLOSE_FRAME_AND_A_RESET(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.sendClose(1000);
            peer.reset();
        }
    },
    THE_END_OF_THE_STREAM(true) {
        @Override
        void end(RawClient peer) {
            // closed by the caller
        }
    },
    A_RESET(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.reset();
        }
    },
    A_RESET_WITH_ITS_OWN_MESSAGES_UNREAD(true) {
        @Override
        void end(RawClient peer) throws IOException {
            byte[] one = frame(0x81, "unread");
            peer.send(concat(one, one, one, one, one, one, one, one));
            peer.reset();
        }
    },
    HALF_A_CLOSE(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.socket().shutdownOutput();
            peer.readsEnd();
        }
    },
    THE_END_WITHIN_A_FRAME(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send(concat(header(0x81, 2, 500), new byte[100]));
        }
    },
    A_RESET_WITHIN_A_HEADER(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send(new byte[] {(byte) 0x81});
            peer.reset();
        }
    },
    THE_END_BETWEEN_FRAGMENTS(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send(concat(frame(0x01, "begun"), frame(0x89, "ping"), frame(0x00, "gone on")));
        }
    },
    A_VIOLATION(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send(frame(0x83, "an opcode that is none"));
            peer.readClose();
        }
    },
    A_VIOLATION_AND_A_RESET(true) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send(header(0x81, 8, 1L << 62));
            peer.reset();
        }
    },
    NOTHING_AT_ALL(false) {
        @Override
        void end(RawClient peer) {
            // closed by the caller
        }
    },
    A_RESET_BEFORE_THE_HANDSHAKE(false) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.reset();
        }
    },
    THE_END_WITHIN_THE_HANDSHAKE(false) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send(HALF_A_HANDSHAKE);
        }
    },
    A_RESET_WITHIN_THE_HANDSHAKE(false) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send(HALF_A_HANDSHAKE);
            peer.reset();
        }
    },
    A_RESET_BEFORE_THE_ANSWER(false) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send(RawClient.handshake("/").getBytes(StandardCharsets.US_ASCII));
            peer.reset();
        }
    },
    A_REFUSAL(false) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.ask(RawClient.handshake("/").replace("Version: 13", "Version: 8"));
        }
    },
    A_REFUSAL_AND_A_RESET(false) {
        @Override
        void end(RawClient peer) throws IOException {
            peer.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            peer.reset();
        }
    };

    private static final byte[] HALF_A_HANDSHAKE = RawClient.handshake("/").substring(0, 60)
            .getBytes(StandardCharsets.US_ASCII);

    private final boolean shakesHands;

    /** Makes connections. */
    public interface Dialer {

        /** {@return a client that is connected and has sent nothing yet} */
        RawClient dial() throws IOException;
    }

    ConnectionEnding(boolean shakesHands) {
        this.shakesHands = shakesHands;
    }

    abstract void end(RawClient peer) throws IOException;

    /** Connects and ends the connection in this way. */
    public void run(Dialer dialer) throws IOException {
        try (RawClient peer = dialer.dial()) {
            if (shakesHands) {
                peer.shakeHands("/");
            }
            try {
                end(peer);
            } catch (SocketException e) {
                // The server has ended the connection first.
            }
        }
    }
}
