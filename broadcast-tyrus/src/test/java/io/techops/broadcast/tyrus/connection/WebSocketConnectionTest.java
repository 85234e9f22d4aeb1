package io.techops.broadcast.tyrus.connection;

import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Replay;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.tyrus.frame.DeflateExtension;
import io.techops.broadcast.tyrus.frame.DeflateSettings;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import io.techops.broadcast.tyrus.frame.Encoders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a peer's frames lead to, without a socket. */
class WebSocketConnectionTest {

    private static final int TEXT = 0x81;
    private static final int CLOSE = 0x88;
    private static final int PING = 0x89;
    private static final int PONG = 0x8A;

    private final WriteReadiness watch = new WriteReadiness("watch of a test");
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final BroadcastHub hub = BroadcastHub.builder()
            .policy((context, message) -> {
                said.add(message instanceof Message.Text text ? text.text() : message.toString());
                return MessagePolicy.Verdict.ignore();
            }).build();
    private final Sink sink = new Sink();
    private final WebSocketConnection peer = new WebSocketConnection(hub, watch, sink,
            Encoders.of(new DirectBufferPool()), false, 1_000, () -> { });

    /** A socket for which there may be no memory: to write a batch, and to wait until it takes more. */
    private static final class Sink extends RecordedSocket {

        private volatile boolean hasMemory = true;

        @Override
        public long write(EncodedBatch batch) throws IOException {
            if (!hasMemory) {
                throw new OutOfMemoryError("Cannot reserve 65536 bytes of direct buffer memory");
            }
            return super.write(batch);
        }

        @Override
        public void awaitWritable(Runnable whenWritable) {
            throw new OutOfMemoryError("Java heap space");
        }

        synchronized boolean hasWritten() {
            return written.size() > 0;
        }

        boolean isAborted() {
            return calls.contains("abort") || calls.contains("close at once");
        }
    }

    @BeforeEach
    void open() {
        peer.register(new Attributes(), Replay.none());
        peer.open(ByteBuffer.wrap("101".getBytes(StandardCharsets.US_ASCII)));
        assertThat(sink.take()).asString(StandardCharsets.US_ASCII).isEqualTo("101");
    }

    @AfterEach
    void end() {
        peer.ended();
        hub.close(Duration.ZERO);
        watch.close();
    }

    private void send(byte[]... frames) {
        Queue<ByteBuffer> pieces = new ArrayDeque<>();
        for (byte[] frame : frames) {
            pieces.add(ByteBuffer.wrap(frame));
        }
        assertThat(peer.read(pieces::poll)).isTrue();
    }

    @Test
    void pingsAreAnsweredAndPongsAreTaken() {
        send(frame(PING, "are you there"), frame(PONG, ""), frame(PING, ""), frame(PONG, "unasked"));
        assertThat(sink.take()).isEqualTo(unmasked(PONG, "are you there", ""));
        assertThat(hub.peers()).hasSize(1);
    }

    /** Each pong is a write of its own, and thousands of pings come with one read. */
    @Test
    void ofManyPingsThatComeAtOnceTheFirstAndTheNewestAreAnswered() {
        byte[][] pings = IntStream.range(0, 1_000).mapToObj(i -> frame(PING, "ping " + i)).toArray(byte[][]::new);
        String[] answered = IntStream.range(0, 16).mapToObj(i -> "ping " + i).toArray(String[]::new);
        send(concat(pings), frame(PING, "alone"));
        assertThat(sink.take())
                .isEqualTo(concat(unmasked(PONG, answered), unmasked(PONG, "ping 999"), unmasked(PONG, "alone")));
        send(concat(concat(pings), frame(TEXT, "behind"), frame(CLOSE)));
        assertThat(said).containsExactly("behind");
        assertThat(sink.take()).startsWith(unmasked(PONG, answered)).endsWith(unmasked(CLOSE, ""));
    }

    /** A few bytes may be much work: others have their turn before all of it is done. */
    @Test
    void aTurnEndsWhenMuchHasComeOutOfCompressedMessages() {
        readsInTurns(deflated("x".repeat(60_000)), 5);
    }

    @Test
    void aTurnEndsAlsoIfNothingHasComeOutOfThem() {
        byte[] blocks = new byte[60_000];
        for (int i = 0; i < blocks.length; i += 2) {
            blocks[i] = 3; // a final block of nothing, in two bytes
        }
        readsInTurns(blocks, 1);
    }

    private void readsInTurns(byte[] payload, int mostInOne) {
        int count = 20;
        byte[][] all = new byte[count][];
        Arrays.fill(all, RawClient.frame(0xC1, payload));
        try (DeflateExtension deflate = new DeflateExtension(DeflateSettings.of(6, 256))) {
            WebSocketConnection talks = new WebSocketConnection(hub, watch, new Sink(),
                    Encoders.of(new DirectBufferPool(), deflate), false, 65_536, () -> { });
            talks.register(new Attributes(), Replay.none());
            Queue<ByteBuffer> pieces = new ArrayDeque<>(List.of(ByteBuffer.wrap(concat(all))));
            int turns = 1;
            for (; !talks.read(pieces::poll); turns++) {
                assertThat(said).hasSizeLessThanOrEqualTo(mostInOne * turns);
                AtomicBoolean resumed = new AtomicBoolean();
                talks.onResume(() -> resumed.set(true));
                assertThat(resumed).isTrue();
            }
            talks.ended();
            assertThat(turns).isGreaterThanOrEqualTo(count / mostInOne);
        }
        assertThat(said).hasSize(count);
    }

    private static byte[] deflated(String text) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(text.getBytes(StandardCharsets.US_ASCII));
        byte[] bytes = new byte[1_000];
        int length = deflater.deflate(bytes, 0, bytes.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(bytes, length - 4); // RFC 7692 section 7.2.1
    }

    /** {@return frames of a server} */
    private static byte[] unmasked(int first, String... payloads) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (String payload : payloads) {
            frames.write(first);
            frames.write(payload.length());
            frames.writeBytes(payload.getBytes(StandardCharsets.US_ASCII));
        }
        return frames.toByteArray();
    }

    @Test
    void itsMessagesReachTheHubInOrder() {
        send(frame(PING, "1"), frame(TEXT, "one"), frame(TEXT, "two"), frame(PING, "2"));
        send(frame(TEXT, "three"));
        assertThat(said).containsExactly("one", "two", "three");
    }

    @Test
    void itsCloseFrameIsAnsweredWithItsCodeAndNothingElseOfIt() {
        send(frame(CLOSE, 3, 233, 'b', 'y', 'e'), frame(TEXT, "too late"));
        assertThat(sink.take()).containsExactly(CLOSE, 2, 3, 233);
        assertThat(hub.peers()).isEmpty();
        assertThat(said).isEmpty();
        assertThat(peer.inputEnded()).isTrue();
        assertThat(sink.calls).contains("close");
    }

    @Test
    void aCloseFrameWithoutACodeIsAnsweredWithOneWithout() {
        send(frame(CLOSE));
        assertThat(sink.take()).containsExactly(CLOSE, 0);
        assertThat(hub.peers()).isEmpty();
    }

    @Test
    void aBrokenRuleIsNamedInTheCloseFrame() {
        send(frame(0x83, "an opcode that is none"));
        assertThat(sink.take()).asString(StandardCharsets.US_ASCII).endsWith("unknown opcode 3");
        assertThat(hub.peers()).isEmpty();
    }

    @Test
    void whatCannotBeReadForWantOfMemoryEndsItWith1011() {
        try (LogCatch log = new LogCatch()) {
            assertThat(peer.read(() -> {
                throw new OutOfMemoryError("Cannot reserve 65536 bytes of direct buffer memory");
            })).isTrue();
            assertThat(log.warnings()).hasSizeLessThanOrEqualTo(1); // one of a burst, which another test may have begun
        }
        assertThat(sink.take()).asString(StandardCharsets.US_ASCII).endsWith("the connection could not be served");
        assertThat(hub.peers()).isEmpty();
    }

    @Test
    void whatCannotBeWrittenForWantOfMemoryEndsItWith1011() {
        try (LogCatch log = new LogCatch()) {
            sink.hasMemory = false;
            hub.broadcast("hello");
            await().until(() -> hub.peers().isEmpty());
            await().until(() -> log.warnings().size() <= 1 && sink.hasWritten());
        }
        byte[] close = sink.take();
        assertThat(close[0] & 0xFF).isEqualTo(CLOSE);
        assertThat(close).asString(StandardCharsets.US_ASCII).endsWith("the connection could not be served");
    }

    @Test
    void aBatchThatIsNotWrittenToItsEndForWantOfMemoryIsFollowedByNothing() {
        try (LogCatch log = new LogCatch()) {
            sink.room = 3;
            hub.broadcast("hello");
            await().until(() -> sink.isAborted() && hub.peers().isEmpty());
            sink.room = Integer.MAX_VALUE;
            send(frame(PING, "are you there"));
            assertThat(log.warnings()).hasSizeLessThanOrEqualTo(1);
        }
        assertThat(sink.take()).isEqualTo(Arrays.copyOf(unmasked(TEXT, "hello"), 3));
    }

    @Test
    void aFrameThatIsNotWrittenToItsEndForWantOfMemoryIsFollowedByNothing() {
        try (LogCatch log = new LogCatch()) {
            sink.room = 3;
            send(frame(PING, "are you there"));
            sink.room = Integer.MAX_VALUE;
            hub.broadcast("hello");
            send(frame(CLOSE));
            assertThat(log.warnings()).hasSizeLessThanOrEqualTo(1);
        }
        assertThat(sink.isAborted()).isTrue();
        assertThat(hub.peers()).isEmpty();
        assertThat(sink.take()).isEqualTo(Arrays.copyOf(unmasked(PONG, "are you there"), 3));
    }

    /** The policy of the next connection would find it. */
    @Test
    void anInterruptThatTheHostsExecutorLeavesAtTheEndOfAReadIsGone() {
        BroadcastHub other = BroadcastHub.builder().policy(MessagePolicy.everything()).executor(task -> {
            task.run();
            Thread.currentThread().interrupt();
        }).build();
        WebSocketConnection talks = new WebSocketConnection(other, watch, new Sink(),
                Encoders.of(new DirectBufferPool()), false, 1_000, () -> { });
        talks.register(new Attributes(), Replay.none());
        Queue<ByteBuffer> pieces = new ArrayDeque<>(List.of(ByteBuffer.wrap(frame(TEXT, "hello"))));
        boolean goesOn = talks.read(pieces::poll);
        boolean interrupted = Thread.interrupted();
        talks.ended();
        other.shutdown(Duration.ZERO);
        Thread.interrupted();
        assertThat(goesOn).isTrue();
        assertThat(interrupted).isFalse();
    }

    @Test
    void itsEndWithoutACloseFrameIsItsEnd() {
        peer.ended();
        assertThat(hub.peers()).isEmpty();
    }

    @Test
    void nothingThatComesAfterItsEndIsLookedAt() {
        peer.ended();
        send(frame(TEXT, "too late"), frame(PING, "too late"));
        assertThat(said).isEmpty();
    }
}
