package io.techops.broadcast.testkit;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.spi.Batch;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;

/** Assertions about a transport in memory; made by {@link BroadcastAssertions#assertThat(FakeTransport)}. */
public final class FakeTransportAssert extends AbstractAssert<FakeTransportAssert, FakeTransport> {

    FakeTransportAssert(FakeTransport actual) {
        super(actual, FakeTransportAssert.class);
    }

    /**
     * Verifies that it has taken exactly these texts, in this order, since it was registered.
     *
     * @param texts all that it must have taken
     * @return this
     * @throws AssertionError if not
     */
    public FakeTransportAssert hasReceived(String... texts) {
        Objects.requireNonNull(texts, "texts");
        return hasReceived(Arrays.asList(texts));
    }

    /**
     * Verifies that it has taken exactly these texts, in this order, since it was registered.
     *
     * @param texts all that it must have taken, as {@link HubRig#numbers} gives them
     * @return this
     * @throws AssertionError if not
     */
    public FakeTransportAssert hasReceived(List<String> texts) {
        Objects.requireNonNull(texts, "texts");
        isNotNull();
        Assertions.assertThat(actual.texts()).as(about("received texts")).isEqualTo(texts);
        return this;
    }

    /**
     * Verifies that it has taken exactly these messages, in this order, since it was registered.
     *
     * @param messages all that it must have taken, of any kind
     * @return this
     * @throws AssertionError if not
     */
    public FakeTransportAssert hasReceivedMessages(Message... messages) {
        Objects.requireNonNull(messages, "messages");
        isNotNull();
        Assertions.assertThat(actual.messages()).as(about("received messages")).isEqualTo(Arrays.asList(messages));
        return this;
    }

    /**
     * Verifies that it has taken nothing.
     *
     * @return this
     * @throws AssertionError if it has
     */
    public FakeTransportAssert hasReceivedNothing() {
        return hasReceived(List.of());
    }

    /**
     * Verifies the number of messages in each write: {@code 1, 3} is a write of one message, and then a write of three.
     *
     * @param sizes the sizes of the batches, in messages
     * @return this
     * @throws AssertionError if not
     */
    public FakeTransportAssert hasReceivedBatchesOf(Integer... sizes) {
        Objects.requireNonNull(sizes, "sizes");
        isNotNull();
        Assertions.assertThat(actual.batches()).as(about("sizes of batches")).isEqualTo(Arrays.asList(sizes));
        return this;
    }

    /**
     * Verifies that nothing is missing between the first and the last broadcast that it has taken: their sequences grow
     * by one. Messages that were addressed to the peer do not count. Not for a peer that does not receive its own
     * messages, nor for one that has skipped messages.
     *
     * @return this
     * @throws AssertionError if something is missing, or came twice or in another order
     */
    public FakeTransportAssert hasReceivedWithoutGaps() {
        isNotNull();
        List<Long> numbered = actual.sequences().stream().filter(sequence -> sequence != Batch.UNNUMBERED).toList();
        for (int i = 1; i < numbered.size(); i++) {
            if (numbered.get(i) != numbered.get(i - 1) + 1) {
                failWithMessage("%s: sequence %d came after %d, in %s",
                        actual, numbered.get(i), numbered.get(i - 1), numbered);
            }
        }
        return this;
    }

    /**
     * Verifies that the hub has neither closed nor aborted it.
     *
     * @return this
     * @throws AssertionError if it has
     */
    public FakeTransportAssert isOpen() {
        isNotNull();
        if (!actual.isOpen()) {
            failWithMessage("Expected to be open: %s", actual);
        }
        return this;
    }

    /**
     * Verifies that the hub has begun the close handshake with a code, whatever the phrase.
     *
     * @param code the close code, as {@link CloseReason} names them
     * @return this
     * @throws AssertionError if it has not, or with another code
     */
    public FakeTransportAssert isClosedWith(int code) {
        isNotNull();
        CloseReason closed = actual.closed();
        if (closed == null || closed.code() != code) {
            failWithMessage("Expected to be closed with %d: %s", code, actual);
        }
        return this;
    }

    /**
     * Verifies that the hub has begun the close handshake with a code and a phrase.
     *
     * @param code the close code, as {@link CloseReason} names them
     * @param phrase the whole phrase
     * @return this
     * @throws AssertionError if it has not, or with another code or phrase
     */
    public FakeTransportAssert isClosedWith(int code, String phrase) {
        Objects.requireNonNull(phrase, "phrase");
        isClosedWith(code);
        CloseReason closed = actual.closed();
        if (closed == null || !closed.phrase().equals(phrase)) {
            failWithMessage("Expected to be closed with the phrase \"%s\": %s", phrase, actual);
        }
        return this;
    }

    /**
     * Verifies that the hub has aborted the connection, whether or not it had tried to close it before.
     *
     * @return this
     * @throws AssertionError if not
     */
    public FakeTransportAssert isAborted() {
        isNotNull();
        if (!actual.isAborted()) {
            failWithMessage("Expected to be aborted: %s", actual);
        }
        return this;
    }

    /**
     * Verifies that the hub has not aborted the connection.
     *
     * @return this
     * @throws AssertionError if it has
     */
    public FakeTransportAssert isNotAborted() {
        isNotNull();
        if (actual.isAborted()) {
            failWithMessage("Expected not to be aborted: %s", actual);
        }
        return this;
    }

    /**
     * Verifies that it is not writable now: it has taken as many batches as it was told to.
     *
     * @return this
     * @throws AssertionError if it is writable
     */
    public FakeTransportAssert isStalled() {
        isNotNull();
        if (actual.isWritable()) {
            failWithMessage("Expected to be stalled: %s", actual);
        }
        return this;
    }

    /**
     * Verifies how often it was told to ping.
     *
     * @param times how often
     * @return this
     * @throws AssertionError if more or less often
     */
    public FakeTransportAssert hasBeenPinged(int times) {
        isNotNull();
        Assertions.assertThat(actual.pings()).as(about("pings")).isEqualTo(times);
        return this;
    }

    /**
     * Verifies how often it was resumed, after the hub had been saturated.
     *
     * @param times how often
     * @return this
     * @throws AssertionError if more or less often
     */
    public FakeTransportAssert hasBeenResumed(int times) {
        isNotNull();
        Assertions.assertThat(actual.resumes()).as(about("resumes")).isEqualTo(times);
        return this;
    }

    /**
     * Verifies that the hub has kept the contract of {@link io.techops.broadcast.spi.Transport}.
     *
     * @return this
     * @throws AssertionError if not; the message lists the violations
     */
    public FakeTransportAssert hasNoViolations() {
        isNotNull();
        Assertions.assertThat(actual.violations()).as(about("violations")).isEmpty();
        return this;
    }

    private String about(String what) {
        String description = descriptionText();
        return (description.isEmpty() ? "" : description + ": ") + what + " of " + actual;
    }
}
