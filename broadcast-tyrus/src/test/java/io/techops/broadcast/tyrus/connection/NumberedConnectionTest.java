package io.techops.broadcast.tyrus.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Replay;
import io.techops.broadcast.testkit.VirtualTimer;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.Encoders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connection is told beside messages, on its way to a socket that takes little, or nothing. */
class NumberedConnectionTest {

    private final WriteReadiness watch = new WriteReadiness("watch of a test");
    private final BroadcastHub hub = BroadcastHub.builder().timer(new VirtualTimer()).executor(Runnable::run)
            .heartbeat(Duration.ZERO).build();
    private final RecordedSocket pipe = new RecordedSocket();
    private final WebSocketConnection peer = new WebSocketConnection(hub, watch, pipe,
            Encoders.of(new DirectBufferPool()), true, 1_000, () -> { });

    /** {@return all that was written, one character for a byte} */
    private String written() {
        return pipe.written.toString(StandardCharsets.ISO_8859_1);
    }

    @AfterEach
    void end() {
        peer.ended();
        hub.close(Duration.ZERO);
        watch.close();
    }

    private void register() {
        peer.register(new Attributes(), Replay.none());
    }

    private void open() {
        peer.open(ByteBuffer.wrap("101".getBytes(StandardCharsets.US_ASCII)));
    }

    private static String frame(int first, String payload) {
        return (char) first + "" + (char) payload.length() + payload;
    }

    private String epoch() {
        return hub.publish("to learn the epoch").toCompletableFuture().join().epoch();
    }

    private static String opened(String epoch) {
        return frame(0x81, "event: open\nid: " + epoch + "-1\nrecovered: false\n\n");
    }

    private static String message(String epoch, int sequence, String text) {
        return frame(0x81, "id: " + epoch + "-" + sequence + "\n\n" + text);
    }

    @Test
    void whatItIsToldBeforeThe101FollowsIt() {
        String epoch = epoch();
        register();
        hub.broadcast("hi");
        assertThat(written()).isEmpty();
        open();

        assertThat(written()).isEqualTo("101" + opened(epoch) + message(epoch, 2, "hi"));
    }

    @Test
    void itIsWholeWhereverTheSocketTakesNoMore() {
        String epoch = epoch();
        String all = "101" + opened(epoch) + message(epoch, 2, "hi");
        register();
        hub.broadcast("hi");
        pipe.room = 1;
        open();
        while (pipe.then != null) {
            pipe.goOn(1);
        }

        assertThat(written()).isEqualTo(all);
        pipe.room = Integer.MAX_VALUE;
        hub.broadcast("ho");
        assertThat(written()).isEqualTo(all + message(epoch, 3, "ho"));
    }

    @Test
    void aPongGoesBetweenAndNeverInto() {
        String epoch = epoch();
        register();
        pipe.room = 10;
        open();
        Queue<ByteBuffer> ping = new ArrayDeque<>();
        ping.add(ByteBuffer.wrap(new byte[] {(byte) 0x89, (byte) 0x80, 0, 0, 0, 0}));
        peer.read(ping::poll);
        assertThat(written()).hasSize(10);
        pipe.goOn();

        assertThat(written()).isEqualTo("101" + opened(epoch) + frame(0x8A, ""));
    }

    @Test
    void theHubIsToldWhenItFitsAgain() {
        String epoch = epoch();
        register();
        pipe.room = 10;
        open();
        Peer known = hub.peers().iterator().next();
        hub.broadcast("hi");
        assertThat(known.lag()).isEqualTo(1);
        pipe.goOn();

        assertThat(known.lag()).isZero();
        assertThat(written()).isEqualTo("101" + opened(epoch) + message(epoch, 2, "hi"));
    }

    @Test
    void aCloseFrameFollowsIt() {
        String epoch = epoch();
        register();
        pipe.room = 10;
        open();
        hub.peers().iterator().next().close(CloseReason.of(CloseReason.NORMAL));
        pipe.goOn();

        assertThat(written()).isEqualTo("101" + opened(epoch) + frame(0x88, "\u0003\u00E8"));
    }

    @Test
    void aBrokenSocketIsTheEndOfIt() {
        register();
        pipe.room = 10;
        open();
        pipe.breakDown();
        hub.broadcast("hi");

        assertThat(written()).hasSize(10);
        peer.ended();
        assertThat(hub.peers()).isEmpty();
    }
}
