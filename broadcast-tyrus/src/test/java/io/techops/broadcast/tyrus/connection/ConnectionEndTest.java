package io.techops.broadcast.tyrus.connection;

import static io.techops.broadcast.testing.ClientFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Replay;
import io.techops.broadcast.testing.Recorder;
import io.techops.broadcast.testkit.VirtualTimer;
import io.techops.broadcast.tyrus.frame.DirectBufferPool;
import io.techops.broadcast.tyrus.frame.Encoders;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The ways of a connection to its end, and what each step does to the socket, which is none. No time limit is over
 * before a test lets time pass, however long a step takes.
 */
class ConnectionEndTest {

    private static final byte[] GOODBYE = frame(0x88, 3, 232);
    private static final byte[] GOODBYE_OF_SERVER = {(byte) 0x88, 2, 3, (byte) 232};
    private static final byte[] HELLO = {(byte) 0x81, 2, 'h', 'i'};

    private final WriteReadiness watch = new WriteReadiness("watch of a test");
    /** Opened when time is to pass: until then the thread that meets deadlines waits for it. */
    private final CountDownLatch time = new CountDownLatch(1);
    private final Recorder recorder = new Recorder();
    private final BroadcastHub hub = BroadcastHub.builder().timer(new VirtualTimer()).executor(Runnable::run)
            .heartbeat(Duration.ZERO).listener(recorder).build();
    private final RecordedSocket pipe = new RecordedSocket();
    private final WebSocketConnection peer = new WebSocketConnection(hub, watch, pipe,
            Encoders.of(new DirectBufferPool()), false, 1_000, () -> pipe.calls.add("told"));

    @BeforeEach
    void open() {
        watch.in(Duration.ZERO, this::standStill);
        peer.register(new Attributes(), Replay.none());
        peer.open(ByteBuffer.wrap(new byte[] {1}));
        assertThat(pipe.take()).hasSize(1);
        assertThat(peer.state()).isSameAs(CloseState.OPEN);
    }

    @AfterEach
    void end() {
        peer.ended();
        hub.close(Duration.ZERO);
        time.countDown();
        watch.close();
    }

    private void standStill() {
        try {
            time.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void comes(byte[] frame) {
        Queue<ByteBuffer> pieces = new ArrayDeque<>(List.of(ByteBuffer.wrap(frame.clone()))); // unmasked where it is
        assertThat(peer.read(pieces::poll)).isTrue();
    }

    private void isNow(CloseState state, String... calls) {
        assertThat(peer.state()).isSameAs(state);
        assertThat(pipe.calls).containsExactly(calls);
        pipe.calls.clear();
    }

    /** Has something wait for a socket that takes nothing. */
    private void stall() {
        pipe.room = 0;
        hub.broadcast("hi");
    }

    @Test
    void theHubClosesAndThePeerAnswers() {
        peer.close(CloseReason.of(CloseReason.NORMAL));
        assertThat(pipe.take()).isEqualTo(GOODBYE_OF_SERVER);
        isNow(CloseState.CLOSE_SENT, "shutdownOutput");
        comes(GOODBYE);
        isNow(CloseState.LINGERING, "finish");
        assertThat(peer.inputEnded()).isTrue();
        isNow(CloseState.DONE, "close");
        peer.ended();
        isNow(CloseState.DONE, "told", "ended");
    }

    @Test
    void theEndOfTheSocketIsTheEndOfThePeer() {
        peer.ended();
        isNow(CloseState.ENDED, "told", "ended");
        assertThat(recorder.departures).singleElement().extracting(Recorder.Departure::code)
                .isEqualTo(CloseReason.ABNORMAL);
        assertThat(hub.peers()).isEmpty();
    }

    @Test
    void aPeerThatIsPausedIsReadAgainWhenItIsClosedAsItsAnswerIsToCome() {
        peer.onResume(() -> pipe.calls.add("reads on"));
        peer.close(CloseReason.of(CloseReason.NORMAL));
        isNow(CloseState.CLOSE_SENT, "shutdownOutput", "reads on");
    }

    @Test
    void aPeerThatHasSaidItsLastIsNotReadAgain() {
        stall();
        hub.broadcast("hi");
        comes(GOODBYE);
        peer.onResume(() -> pipe.calls.add("reads on"));
        pipe.goOn();
        isNow(CloseState.LINGERING, "shutdownOutput", "finish");
    }

    @Test
    void theCloseFrameOfTheHubWaitsBehindWhatWasWrittenBefore() {
        stall();
        peer.close(CloseReason.of(CloseReason.NORMAL));
        isNow(CloseState.CLOSING);
        peer.close(CloseReason.of(CloseReason.GOING_AWAY)); // is not the first
        pipe.goOn();
        assertThat(pipe.take()).startsWith(HELLO).endsWith(GOODBYE_OF_SERVER).hasSize(8);
        isNow(CloseState.CLOSE_SENT, "shutdownOutput");
    }

    @Test
    void thePeerAnswersBeforeTheCloseFrameCouldLeave() {
        stall();
        peer.close(CloseReason.of(CloseReason.NORMAL));
        comes(GOODBYE);
        isNow(CloseState.ANSWERING);
        pipe.goOn();
        isNow(CloseState.LINGERING, "shutdownOutput", "finish");
    }

    @Test
    void thePeerClosesAndIsOwedNothing() {
        comes(GOODBYE);
        assertThat(pipe.take()).isEqualTo(GOODBYE_OF_SERVER);
        isNow(CloseState.LINGERING, "shutdownOutput", "finish");
        assertThat(recorder.departures).hasSize(1);
    }

    @Test
    void thePeerClosesAndIsGivenWhatItIsOwedFirst() {
        stall();
        hub.broadcast("hi"); // the second one waits in the log
        comes(GOODBYE);
        isNow(CloseState.CLOSE_RECEIVED);
        pipe.goOn();
        assertThat(pipe.take()).startsWith(HELLO).endsWith(GOODBYE_OF_SERVER).hasSize(12);
        isNow(CloseState.LINGERING, "shutdownOutput", "finish");
    }

    @Test
    void aStreamThatEndsAfterTheCloseFrameOfThePeerIsStillWrittenTo() {
        stall();
        hub.broadcast("hi");
        comes(GOODBYE);
        assertThat(peer.inputEnded()).isFalse();
        isNow(CloseState.INPUT_ENDED);
        pipe.goOn();
        assertThat(pipe.take()).startsWith(HELLO).endsWith(GOODBYE_OF_SERVER).hasSize(12);
        isNow(CloseState.DONE, "shutdownOutput", "close");
    }

    @Test
    void theCloseFrameLeavesAlthoughTheStreamHasEnded() {
        stall();
        peer.close(CloseReason.of(CloseReason.NORMAL));
        comes(GOODBYE);
        assertThat(peer.inputEnded()).isFalse();
        isNow(CloseState.FINAL_FLUSH);
        pipe.goOn();
        assertThat(pipe.take()).endsWith(GOODBYE_OF_SERVER);
        isNow(CloseState.DONE, "shutdownOutput", "close");
    }

    @Test
    void aPeerThatGoesWithoutACloseFrameIsNotWaitedFor() {
        assertThat(peer.inputEnded()).isTrue();
        isNow(CloseState.DONE, "close");
        hub.broadcast("hi");
        assertThat(pipe.take()).isEmpty();
    }

    @Test
    void aPeerThatGoesInsteadOfAnAnswerIsNotWaitedFor() {
        stall();
        peer.close(CloseReason.of(CloseReason.NORMAL));
        assertThat(peer.inputEnded()).isTrue();
        isNow(CloseState.DONE, "close");
    }

    @Test
    void whatAPeerSaidIsHeardAfterWritingHasFailed() {
        stall();
        pipe.breakDown();
        isNow(CloseState.BROKEN);
        comes(GOODBYE);
        isNow(CloseState.DONE, "close");
        assertThat(recorder.departures).hasSize(1);
    }

    @Test
    void aPeerWhoseSocketIsBrokenIsAbortedAfterAWhile() {
        stall();
        pipe.breakDown();
        isNow(CloseState.BROKEN);
        time.countDown();
        await().untilAsserted(() -> isNow(CloseState.ENDED, "abort"));
    }

    /** The watch meets deadlines in their order: that of the state before would have come first. */
    @Test
    void noTimeLimitOfAStateBeforeIsLeft() throws Exception {
        stall();
        pipe.breakDown();
        isNow(CloseState.BROKEN);
        comes(GOODBYE);
        isNow(CloseState.DONE, "close");
        CountDownLatch later = new CountDownLatch(1);
        watch.after(CloseState.BROKEN.limit, later::countDown);
        time.countDown();
        later.await();
        isNow(CloseState.DONE);
    }

    @Test
    void aPeerThatHasSaidItsLastIsAbortedWhenWritingFails() {
        stall();
        comes(GOODBYE);
        pipe.breakDown();
        isNow(CloseState.ENDED, "abort");
    }

    @Test
    void aPeerThatIsAbortedIsNeitherReadNorWritten() {
        stall();
        peer.abort();
        isNow(CloseState.ENDED, "abort");
        pipe.goOn();
        comes(frame(0x81, "hi"));
        hub.broadcast("hi");
        peer.close(CloseReason.of(CloseReason.NORMAL));
        assertThat(pipe.take()).isEmpty();
        isNow(CloseState.ENDED);
    }

    @Test
    void aPeerThatHasNotAnsweredInTimeIsReset() {
        peer.close(CloseReason.of(CloseReason.NORMAL));
        isNow(CloseState.CLOSE_SENT, "shutdownOutput");
        peer.abort();
        isNow(CloseState.ENDED, "abort");
    }

    @Test
    void aPeerThatStillReadsWhenItsTimeIsOverIsNotReset() {
        comes(GOODBYE);
        isNow(CloseState.LINGERING, "shutdownOutput", "finish");
        peer.abort();
        isNow(CloseState.DONE, "close at once");
    }

    /** The hub's time for the end and that of the state may be over at once, and the socket is not closed yet. */
    @Test
    void aPeerThatStillReadsIsNotResetByASecondAbortEither() {
        comes(GOODBYE);
        isNow(CloseState.LINGERING, "shutdownOutput", "finish");
        peer.abort();
        peer.abort();
        isNow(CloseState.DONE, "close at once", "close at once");
    }

    @Test
    void aSocketThatIsBeingClosedIsNotReset() {
        comes(GOODBYE);
        peer.inputEnded();
        isNow(CloseState.DONE, "shutdownOutput", "finish", "close");
        peer.abort();
        isNow(CloseState.DONE, "close at once");
    }

    /**
     * The watch meets deadlines in their order: the first one that the state was given would come before the mark,
     * which has no grace, so that it comes before the next one however late the watch is.
     */
    @Test
    void aCloseFrameThatWaitsHasTimeAsLongAsSomethingLeaves() throws Exception {
        stall();
        peer.close(CloseReason.of(CloseReason.NORMAL));
        comes(GOODBYE);
        isNow(CloseState.ANSWERING);
        CompletableFuture<CloseState> mark = new CompletableFuture<>();
        watch.in(CloseState.ANSWERING.limit, () -> mark.complete(peer.state()));
        pipe.goOn(1);
        time.countDown();
        assertThat(mark.get()).isSameAs(CloseState.ANSWERING);
    }

    @Test
    void aPeerIsClosedBeforeIts101HasLeft() {
        RecordedSocket other = new RecordedSocket();
        WebSocketConnection late = new WebSocketConnection(hub, watch, other,
                Encoders.of(new DirectBufferPool()), false, 1_000, () -> { });
        late.register(new Attributes(), Replay.none());
        late.close(CloseReason.of(CloseReason.NORMAL));
        assertThat(other.take()).isEmpty();
        assertThat(late.state()).isSameAs(CloseState.CLOSING);
        late.open(ByteBuffer.wrap(new byte[] {1}));
        assertThat(other.take()).startsWith(1).endsWith(GOODBYE_OF_SERVER).hasSize(5);
        assertThat(late.state()).isSameAs(CloseState.CLOSE_SENT);
        late.ended();
    }
}
