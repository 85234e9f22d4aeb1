package io.techops.broadcast.tyrus.hosting;

import static io.techops.broadcast.testing.ClientFrames.close;
import static io.techops.broadcast.testing.ClientFrames.concat;
import static io.techops.broadcast.testing.ClientFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.handshake.HandshakeRequest;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import io.techops.broadcast.tyrus.Hosted;
import io.techops.broadcast.tyrus.connection.RecordedSocket;
import io.techops.broadcast.tyrus.connection.SocketReader;
import io.techops.broadcast.tyrus.connection.WriteReadiness;
import io.techops.broadcast.tyrus.frame.EncodedBatch;
import jakarta.websocket.Session;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ways of a session to its end, and what each step does to the socket, which is none. */
class HostedSessionTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final byte[] GOING_AWAY = {(byte) 0x88, 26, 3, (byte) 233};

    private final WriteReadiness watch = new WriteReadiness("watch of a test");
    private final Hosting hosting = new Hosting(List.of(HostedEndpoint.of(Hosted.Echo.class)), watch, 1_000, false);
    /** Tyrus waits until a close frame has left. */
    private final ThreadPoolExecutor threads = (ThreadPoolExecutor) Executors.newCachedThreadPool();
    private final Pipe pipe = new Pipe();
    private HostedSession session;

    /** A socket whose input may have ended. */
    private static final class Pipe extends RecordedSocket {

        private boolean inputIsOver;

        @Override
        public long write(EncodedBatch batch) {
            throw new AssertionError("batches are for peers of a hub");
        }

        @Override
        public SocketReader reader(int mostAtOnce) {
            return new SocketReader() {
                @Override
                public @Nullable ByteBuffer next() {
                    return null; // the test brings what comes
                }

                @Override
                public boolean end() {
                    return inputIsOver;
                }
            };
        }
    }

    /** Asks for the endpoint. */
    private static final class Request implements HandshakeRequest {

        private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

        Request() {
            headers.put("Host", List.of("localhost"));
            headers.put("Sec-WebSocket-Version", List.of("13"));
            headers.put("Sec-WebSocket-Key", List.of(RawClient.KEY));
        }

        @Override
        public String path() {
            return "/echo";
        }

        @Override
        public @Nullable String query() {
            return null;
        }

        @Override
        public Map<String, List<String>> headers() {
            return headers;
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return new InetSocketAddress("127.0.0.1", 1);
        }

        @Override
        public InetSocketAddress connectionAddress() {
            return remoteAddress();
        }

        @Override
        public @Nullable Principal principal() {
            return null;
        }
    }

    @BeforeEach
    void open() {
        Hosted.forget();
        session = hosting.admit(client(), pipe, threads, () -> { }).session();
        session.open();
        assertThat(new String(pipe.take(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 101 ");
    }

    @AfterEach
    void end() {
        session.gone();
        hosting.release();
        watch.close();
        threads.shutdownNow();
    }

    private Hosting.Client client() {
        return new Hosting.Client(hosting.at("/echo"), new Request(), new Attributes(), null, Map.of());
    }

    private void comes(byte[] frame) {
        assertThat(session.read(ByteBuffer.wrap(frame.clone()))).isTrue();
    }

    private void inputEnds() {
        pipe.inputIsOver = true;
        assertThat(session.read(null)).isFalse();
    }

    private void isAskedFor(String... calls) {
        assertThat(pipe.calls.stream().distinct()).containsExactly(calls); // some may be asked for twice
        pipe.calls.clear();
    }

    @Test
    void aPeerThatClosesIsAnsweredAndTheEndIsSaidBeforeItsOwnEndHasCome() {
        comes(close(1000, ""));
        assertThat(pipe.take()).startsWith(0x88, 2, 3, 232);
        isAskedFor("shutdownOutput", "finish");
        inputEnds();
        isAskedFor("close");
    }

    /** Or else a peer that goes on sending close frames could stay for ever. */
    @Test
    void nothingThatComesBehindTheEndIsLookedAt() {
        comes(close(1000, ""));
        pipe.calls.clear();
        comes(concat(RawClient.frame(0x81, new byte[] {'a'}), close(4000, "")));
        assertThat(pipe.calls).isEmpty();
    }

    @Test
    void theServersCloseFrameIsAnsweredBeforeTheEndIsSaid() {
        hosting.shutdown(LONG);
        await().untilAsserted(() -> assertThat(pipe.calls).containsExactly("shutdownOutput"));
        await().until(() -> threads.getActiveCount() == 0); // the session knows that it has left
        assertThat(pipe.take()).startsWith(GOING_AWAY);
        isAskedFor("shutdownOutput");
        comes(close(1001, ""));
        isAskedFor("finish");
        inputEnds();
        isAskedFor("close");
    }

    /** Each pong is a write of its own, and thousands of pings come with one read. */
    @Test
    void ofManyPingsThatComeAtOnceTheFirstAndTheNewestAreAnswered() {
        byte[][] pings = IntStream.range(0, 1_000).mapToObj(i -> frame(0x89, "" + i % 10)).toArray(byte[][]::new);
        comes(concat(concat(pings), frame(0x89, "newest")));
        byte[] pongs = pipe.take();
        assertThat(pongs).startsWith(0x8A, 1, '0', 0x8A, 1, '1').endsWith('n', 'e', 'w', 'e', 's', 't');
        assertThat(pongs).hasSize(16 * 3 + 8);
        comes(frame(0x89, "next"));
        assertThat(pipe.take()).endsWith('n', 'e', 'x', 't');
    }

    @Test
    void aPingThatIsReadWhileTheEndpointHearsOfTheEndIsNoFailure() {
        Hosting other = new Hosting(List.of(HostedEndpoint.of(Hosted.Ending.class)), watch, 1_000, false);
        HostedSession ending = other.admit(new Hosting.Client(other.at("/ending"), new Request(), new Attributes(),
                null, Map.of()), new Pipe(), threads, () -> { }).session();
        AtomicBoolean read = new AtomicBoolean();
        Hosted.Ending.whenItHears = () -> {
            ending.read(ByteBuffer.wrap(frame(0x89, "late")));
            read.set(true);
        };
        try (LogCatch log = new LogCatch()) {
            ending.open();
            ending.gone();
            await().until(read::get);
            assertThat(log.warnings()).isEmpty();
        }
        other.release();
    }

    /** A message of a byte takes some hundred bytes of memory while it waits. */
    @Test
    void noMoreThanSomeThousandMessagesOfAByteWaitForASocketThatTakesNothing() {
        pipe.room = 0;
        Session open = Hosted.OPENED.poll();
        int sent = 0;
        while (!pipe.calls.contains("abort") && sent < 100_000) {
            open.getAsyncRemote().sendText("x");
            sent++;
        }
        assertThat(sent).isBetween(5_000, 15_000);
    }

    @Test
    void aPeerThatGoesWithoutACloseFrameIsNotWaitedFor() {
        inputEnds();
        isAskedFor("close");
    }

    @Test
    void theEndOfTheServerWaitsForThePeerAndForTheEndpoint() {
        CompletableFuture<Void> over = hosting.shutdown(LONG);
        assertThat(over).isNotDone();
        session.gone();
        await().until(over::isDone); // once the endpoint was told
        assertThat(hosting.shutdown(LONG)).isCompleted();
    }

    @Test
    void theEndOfTheServerWaitsForAnEndpointThatHearsOfAnEnd() throws Exception {
        Hosting slow = new Hosting(List.of(HostedEndpoint.of(Hosted.Slow.class)), watch, 1_000, false);
        HostedSession ending = slow.admit(new Hosting.Client(slow.at("/slow"), new Request(), new Attributes(), null,
                Map.of()), new Pipe(), threads, () -> { }).session();
        ending.open();
        ending.gone();
        Hosted.Slow.HEARS.await();
        CompletableFuture<Void> over = slow.shutdown(LONG);
        assertThat(over).isNotDone();
        Hosted.Slow.HAS_HEARD.countDown();
        await().until(over::isDone);
        slow.release();
    }

    @Test
    void atTheLimitAPeerThatDoesNotAnswerIsResetAndTheEndIsOverAlthoughTheSocketIsNotSeenToClose() {
        CompletableFuture<Void> over = hosting.shutdown(Duration.ofMillis(1));
        await().until(over::isDone);
        assertThat(pipe.calls).last().isEqualTo("abort");
    }

    @Test
    void atTheLimitAPeerThatHasAnsweredStillGetsWhatTheKernelHas() {
        comes(close(1000, ""));
        CompletableFuture<Void> over = hosting.shutdown(Duration.ofMillis(1));
        await().until(over::isDone);
        assertThat(pipe.calls).last().isEqualTo("close at once");
    }

    @Test
    void atTheLimitAPeerThatReadsNothingIsReset() {
        pipe.room = 0;
        CompletableFuture<Void> over = hosting.shutdown(Duration.ofMillis(1));
        await().until(over::isDone);
        isAskedFor("abort");
    }

    @Test
    void noSessionOpensOnceTheServerEnds() {
        hosting.shutdown(LONG);
        assertThat(hosting.admit(client(), new Pipe(), Runnable::run, () -> { }).refusal().status()).isEqualTo(503);
    }
}
