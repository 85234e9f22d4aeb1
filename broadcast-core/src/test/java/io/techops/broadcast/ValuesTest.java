package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

    @Nested
    class CloseReasons {

        @ParameterizedTest
        @ValueSource(ints = {-1, 0, 999, 5000})
        void aCodeOutsideTheRangeIsRefused(int code) {
            assertThatThrownBy(() -> CloseReason.of(code)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("code must be from 1000 to 4999: " + code);
        }

        @Test
        void aPhraseMustFitInACloseFrame() {
            assertThat(CloseReason.of(1000, "é".repeat(61) + "x").phrase()).hasSize(62);
            assertThatThrownBy(() -> CloseReason.of(1000, "é".repeat(62))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("phrase must be at most 123 bytes of UTF-8: 124");
        }

        @ParameterizedTest
        @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999})
        void whatMayBeSent(int code) {
            assertThat(CloseReason.of(code).isSendable()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(ints = {1004, 1005, 1006, 1015, 1016, 2999})
        void whatMayNotBeSent(int code) {
            assertThat(CloseReason.of(code).isSendable()).isFalse();
        }

        @Test
        void readWell() {
            assertThat(CloseReason.of(1000)).hasToString("1000");
            assertThat(CloseReason.of(1001, "bye")).hasToString("1001 bye");
        }
    }

    @Nested
    class Retentions {

        @ParameterizedTest
        @ValueSource(ints = {-1, 0, Retention.MAX_MESSAGES + 1})
        void messagesMustBeInTheRange(int messages) {
            assertThatThrownBy(() -> Retention.of(messages, 1000)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("messages must be from 1 to 16777216: " + messages);
        }

        @Test
        void bytesMustHoldAnEmptyMessage() {
            assertThat(Retention.of(1, 64)).isEqualTo(Retention.of(2, 64).messages(1));
            assertThatThrownBy(() -> Retention.of(1, 63)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("bytes must be at least 64: 63");
        }

        @Test
        void areValuesWithWithers() {
            Retention some = Retention.of(10, 1000);
            assertThat(some.messages(20)).isEqualTo(Retention.of(20, 1000)).isNotEqualTo(some);
            assertThat(some.bytes(2000)).isEqualTo(Retention.of(10, 2000)).isNotEqualTo(some)
                    .hasSameHashCodeAs(Retention.of(10, 2000));
            assertThat(some).hasToString("10 messages or 1000 bytes").isNotEqualTo("10 messages or 1000 bytes");
            assertThatThrownBy(() -> some.messages(0)).hasMessage("messages must be from 1 to 16777216: 0");
            assertThatThrownBy(() -> some.bytes(0)).hasMessage("bytes must be at least 64: 0");
        }

        @Test
        void theLargestWork() {
            HubRig rig = new HubRig(builder -> builder.retention(
                    Retention.of(Retention.MAX_MESSAGES, Long.MAX_VALUE)));
            FakeTransport peer = rig.join();
            rig.broadcast("a", "b");
            rig.run();
            assertThat(peer.texts()).containsExactly("a", "b");
        }

        @Test
        void theSmallestWork() {
            HubRig rig = new HubRig(builder -> builder.retention(Retention.of(1, 64)));
            FakeTransport peer = rig.join();
            rig.broadcast("");
            rig.run();
            rig.broadcast("");
            rig.run();
            assertThat(peer.texts()).containsExactly("", "");
        }
    }

    @Nested
    class Policies {

        private final HubRig rig = new HubRig();
        private final PolicyContext context = rig.context(rig.join());
        private final Message text = Message.text("abc");
        private final Message binary = Message.binary(new byte[3]);

        @Test
        void everythingRelaysEverything() {
            assertThat(MessagePolicy.everything().decide(context, binary))
                    .isEqualTo(MessagePolicy.Verdict.relay(binary));
        }

        @Test
        void textOnlyIgnoresBinaryMessages() {
            assertThat(MessagePolicy.textOnly().decide(context, text)).isEqualTo(MessagePolicy.Verdict.relay(text));
            assertThat(MessagePolicy.textOnly().decide(context, binary)).isEqualTo(MessagePolicy.Verdict.ignore());
        }

        @Test
        void maxBytesClosesForWhatIsLonger() {
            assertThat(MessagePolicy.maxBytes(3).decide(context, text)).isEqualTo(MessagePolicy.Verdict.relay(text));
            assertThat(MessagePolicy.maxBytes(2).decide(context, text)).isEqualTo(MessagePolicy.Verdict.close(
                    CloseReason.of(1009, "message of 3 bytes is over maxBytes 2")));
            assertThatThrownBy(() -> MessagePolicy.maxBytes(0)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("maxBytes must be at least 1: 0");
        }

        @Test
        void andThenAsksTheNextAboutWhatTheFirstRelays() {
            MessagePolicy changed = (context, message) -> MessagePolicy.Verdict.relay(binary);
            MessagePolicy never = (context, message) -> {
                throw new AssertionError("not to be asked");
            };
            assertThat(changed.andThen(MessagePolicy.textOnly()).decide(context, text))
                    .isEqualTo(MessagePolicy.Verdict.ignore());
            assertThat(MessagePolicy.textOnly().andThen(never).decide(context, binary))
                    .isEqualTo(MessagePolicy.Verdict.ignore());
        }

        @Test
        void aDecisionToCloseNeedsACodeThatMayBeSent() {
            assertThatThrownBy(() -> MessagePolicy.Verdict.close(CloseReason.of(1005)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("reason must have a code that may be sent: 1005");
        }

        @Test
        void theOthersReadAloud() {
            assertThat(OverflowPolicy.disconnect()).hasToString("disconnect");
            assertThat(OverflowPolicy.skip()).hasToString("skip");
            assertThat(DeliveryPolicy.everyone()).hasToString("everyone");
            assertThat(DeliveryPolicy.everyoneButSender()).hasToString("everyone but the sender");
        }
    }

    @Nested
    class Batches {

        @Test
        void anIndexOutsideIsRefused() {
            FakeTransport peer = new FakeTransport() {
                @Override
                public boolean write(Batch batch) {
                    assertThat(batch.size()).isEqualTo(2);
                    assertThat(batch.bytes()).isEqualTo(3);
                    assertThatThrownBy(() -> batch.message(2)).isInstanceOf(IndexOutOfBoundsException.class);
                    assertThatThrownBy(() -> batch.sequence(-1)).isInstanceOf(IndexOutOfBoundsException.class);
                    assertThatThrownBy(() -> batch.position(2)).isInstanceOf(IndexOutOfBoundsException.class);
                    return super.write(batch);
                }
            };
            HubRig rig = new HubRig();
            rig.join(peer);
            rig.broadcast("a", "bc");
            rig.run();
            assertThat(peer.texts()).containsExactly("a", "bc");
        }
    }
}
