package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

    @Nested
    class TheForm {

        @ParameterizedTest
        @CsvSource({"k3f9x2m7-18042, k3f9x2m7, 18042", "a-0, a, 0", "0-1, 0, 1",
            "0123456789abcdefghijklmnopqrstuv-9007199254740991, 0123456789abcdefghijklmnopqrstuv, 9007199254740991",
            "wxyz-9, wxyz, 9"})
        void isReadAndWrittenToTheByte(String text, String epoch, long sequence) {
            Position position = Position.parse(text);
            assertThat(position.epoch()).isEqualTo(epoch);
            assertThat(position.sequence()).isEqualTo(sequence);
            assertThat(position).hasToString(text).isEqualTo(Position.of(epoch, sequence))
                    .hasSameHashCodeAs(Position.of(epoch, sequence));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "-", "a", "a-", "-1", "a-01", "a-00", "a-+1", "a--1", "a- 1", "a-1 ", " a-1",
            "A-1", "ä-1", "a_b-1", "a-b-1", "a-1-1", "a-1x", "a-0x1", "a-1.0", "a-1e3", "a-\u0661", "\u0661-1",
            "a-9007199254740992", "a-9223372036854775808", "a-99999999999999999999999", "a-1\n", "a\u2013" + "1",
            "0123456789abcdefghijklmnopqrstuvw-1"})
        void isTheOnlyOneTaken(String text) {
            assertThatThrownBy(() -> Position.parse(text)).isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("position must be <epoch>-<sequence>, an epoch of 1 to 32 of 0-9a-z and a decimal "
                            + "sequence from 0 to 9007199254740991: " + text);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "A", "a-b", " ", "é", "0123456789abcdefghijklmnopqrstuvw"})
        void ofAnEpochIsChecked(String epoch) {
            assertThatThrownBy(() -> Position.of(epoch, 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("epoch must be 1 to 32 of the characters 0-9a-z: " + epoch);
        }

        @ParameterizedTest
        @ValueSource(longs = {-1, Position.MAX_SEQUENCE + 1, Long.MIN_VALUE, Long.MAX_VALUE})
        void ofASequenceIsChecked(long sequence) {
            String message = "sequence must be from 0 to 9007199254740991: " + sequence;
            assertThatThrownBy(() -> Position.of("a", sequence)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> Position.of("a", 1).at(sequence)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
        }
    }

    @Nested
    class Positions {

        private final Position position = Position.of("abc", 7);

        @Test
        void areEqualIfBothPartsAre() {
            assertThat(position).isNotEqualTo(Position.of("abc", 8)).isNotEqualTo(Position.of("abd", 7))
                    .isNotEqualTo("abc-7").isNotEqualTo(null).isEqualTo(position.at(3).at(7));
        }

        @Test
        void canBeComparedWithinAnEpoch() {
            assertThat(position.hasEpochOf(position.at(0))).isTrue();
            assertThat(position.hasEpochOf(Position.of("abcd", 7))).isFalse();
        }
    }

    @Nested
    class AHub {

        private final HubRig rig = new HubRig();

        @Test
        void beginsBeforeItsFirstMessage() {
            Position before = rig.hub().stats().position();
            assertThat(before.sequence()).isZero();
            Position first = Published.position(rig.hub(), "a");
            assertThat(first).isEqualTo(before.at(1)).isEqualTo(rig.hub().stats().position());
            assertThat(Published.position(rig.hub(), "b")).isEqualTo(before.at(2));
        }

        @Test
        void tellsEveryoneTheSamePosition() {
            List<@Nullable Position> told = new ArrayList<>();
            HubRig heard = new HubRig(builder -> builder.messageListener(new MessageListener() {
                @Override
                public void broadcast(@Nullable Peer from, Message message, Position position) {
                    told.add(position);
                }
            }));
            FakeTransport peer = heard.join();
            FakeTransport late = heard.join();
            Position first = Published.position(heard.hub(), "a");
            heard.run();
            peer.peer().send(Message.text("for you"));
            peer.send("b");
            Position third = Published.position(heard.hub(), "c");
            heard.run();
            assertThat(told).containsExactly(first, first.at(2), third);
            assertThat(peer.positions()).isEqualTo(told);
            assertThat(late.positions()).isEqualTo(told);
        }

        @Test
        void hasAnEpochOfItsOwn() {
            Set<String> epochs = new HashSet<>();
            for (int i = 0; i < 1_000; i++) {
                String epoch = new HubRig().hub().stats().position().epoch();
                assertThat(epoch).hasSizeGreaterThanOrEqualTo(8); // 8 digits are 41 bits
                assertThat(epochs.add(epoch)).as("new").isTrue();
            }
        }
    }

    @Nested
    class ATopic extends TopicsByHand {

        private final BroadcastHub hub = topics.hub("news");

        @Test
        void hasAPositionOnlyWhileItHasAHub() {
            assertThat(hub.stats().position()).isNull();
            Position first = Published.position(hub, "a");
            assertThat(hub.stats().position()).isEqualTo(first);
            assertThat(topics.stats().hubs().get("news").position()).isEqualTo(first);
            assertThat(topics.stats().total().position()).as("of several hubs").isNull();
        }

        @Test
        void beginsANewEpochWithEachLife() {
            Position first = Published.position(hub, "a");
            hub.shutdown(Duration.ZERO);
            executor.runAll();
            Position next = Published.position(hub, "b");
            assertThat(next.sequence()).isOne();
            assertThat(next.hasEpochOf(first)).isFalse();
        }
    }
}
