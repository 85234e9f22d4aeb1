package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AttributesTest {

    private static final AttributeKey<String> USER = AttributeKey.of("user", String.class);
    private static final AttributeKey<Integer> SEAT = AttributeKey.of("seat", Integer.class);

    private final Attributes attributes = new Attributes();

    @Test
    void aValueIsFoundUnderTheKeyThatItWasSetWith() {
        attributes.set(USER, "ann").set(SEAT, 7).set(USER, "bob");
        String user = attributes.get(USER);
        assertThat(user).isEqualTo("bob");
        assertThat(attributes.get(SEAT)).isEqualTo(7);
        attributes.remove(USER);
        assertThat(attributes.get(USER)).isNull();
        assertThat(attributes.get(SEAT)).isEqualTo(7);
        attributes.remove(USER);
        assertThat(attributes.toMap()).isEqualTo(Map.of(SEAT, 7));
    }

    @Test
    void twoKeysOfTheSameNameAreTwoAttributes() {
        AttributeKey<String> another = AttributeKey.of("user", String.class);
        attributes.set(USER, "ann");
        assertThat(attributes.get(another)).isNull();
        attributes.set(another, "bob");
        assertThat(attributes.get(USER)).isEqualTo("ann");
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void aValueOfAnotherTypeIsRefused() {
        assertThatThrownBy(() -> attributes.set((AttributeKey) USER, 7)).isInstanceOf(ClassCastException.class)
                .hasMessage("value of user must be a java.lang.String: java.lang.Integer");
        assertThatThrownBy(() -> attributes.computeIfAbsent((AttributeKey) USER, () -> 7))
                .isInstanceOf(ClassCastException.class);
        assertThat(attributes.toMap()).isEmpty();
    }

    @Test
    void aKeyHasANameAndAClassThatValuesCanHave() {
        assertThat(USER.name()).isEqualTo("user");
        assertThat(USER.type()).isEqualTo(String.class);
        assertThatThrownBy(() -> AttributeKey.of("", String.class)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("name must not be empty");
        assertThatThrownBy(() -> AttributeKey.of("seat", int.class)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("type must not be a primitive type: int");
        assertThatThrownBy(() -> AttributeKey.of(null, String.class)).hasMessage("name");
        assertThatThrownBy(() -> AttributeKey.of("a", null)).hasMessage("type");
        assertThatThrownBy(() -> USER.cast(null)).hasMessage("value");
    }

    @Test
    void aViewForLogsIsACopyInTheOrderOfSetting() {
        attributes.set(USER, "ann").set(SEAT, 7);
        Map<AttributeKey<?>, Object> before = attributes.toMap();
        attributes.set(SEAT, 8);
        assertThat(before).containsEntry(SEAT, 7).hasToString("{user=ann, seat=7}");
        assertThat(attributes).hasToString("{user=ann, seat=8}");
        assertThatThrownBy(before::clear).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aCopyDoesNotShareWhatIsSetLater() {
        Attributes copy = attributes.set(USER, "ann").copy();
        copy.set(USER, "bob");
        attributes.set(SEAT, 7);
        assertThat(attributes.toMap()).isEqualTo(Map.of(USER, "ann", SEAT, 7));
        assertThat(copy.toMap()).isEqualTo(Map.of(USER, "bob"));
        assertThat(attributes.setAll(copy).toMap()).isEqualTo(Map.of(USER, "bob", SEAT, 7));
    }

    @Test
    void aSecretIsNotInWhatLogsShow() {
        AttributeKey<String> token = AttributeKey.secret("token", String.class);
        attributes.set(USER, "ann").set(token, "s3cret");
        assertThat(attributes).hasToString("{user=ann, token=***}");
        assertThat(attributes.get(token)).isEqualTo("s3cret");
        assertThat(attributes.toMap()).containsEntry(token, "s3cret");
        assertThat(token.isSecret()).isTrue();
        assertThat(USER.isSecret()).isFalse();
    }

    @Test
    void aMissingValueIsMadeOnce() {
        assertThat(attributes.computeIfAbsent(SEAT, () -> 7)).isEqualTo(7);
        assertThat(attributes.computeIfAbsent(SEAT, () -> {
            throw new AssertionError("there is one");
        })).isEqualTo(7);
        assertThatThrownBy(() -> attributes.computeIfAbsent(USER, () -> null))
                .isInstanceOf(NullPointerException.class);
        assertThat(attributes.computeIfAbsent(USER, () -> {
            attributes.set(USER, "set meanwhile"); // no lock is held
            return "too late";
        })).isEqualTo("set meanwhile");
    }

    @Test
    void noThreadLosesWhatAnotherSetsAndAllAgreeOnWhatWasMade() throws Exception {
        AttributeKey<Object> shared = AttributeKey.of("shared", Object.class);
        Set<AttributeKey<Integer>> lost = ConcurrentHashMap.newKeySet();
        Set<Object> made = ConcurrentHashMap.newKeySet();
        List<Thread> threads = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        for (int t = 0; t < 4; t++) {
            AttributeKey<Integer> key = AttributeKey.of("of thread " + t, Integer.class);
            Thread thread = new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    return;
                }
                made.add(attributes.computeIfAbsent(shared, Object::new));
                for (int i = 0; i < 20_000; i++) {
                    attributes.remove(key);
                    attributes.set(key, i);
                    if (!Objects.equals(attributes.get(key), i)) {
                        lost.add(key);
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(made).hasSize(1);
        assertThat(lost).isEmpty();
    }

    @Test
    void thoseOfTwoPeersThatAnAdapterGaveTheSameAreApart() {
        HubRig rig = new HubRig();
        Attributes given = new Attributes().set(USER, "ann");
        Peer one = AdapterHub.of(rig.hub()).register(new FakeTransport(), given).peer();
        Peer other = AdapterHub.of(rig.hub()).register(new FakeTransport(), given).peer();
        one.attributes().set(SEAT, 7);
        given.set(SEAT, 8);
        assertThat(one.attributes().toMap()).isEqualTo(Map.of(USER, "ann", SEAT, 7));
        assertThat(other.attributes().toMap()).isEqualTo(Map.of(USER, "ann"));
    }

    @Test
    void aPeerThatHasGoneStillHasItsAttributes() {
        HubRig rig = new HubRig();
        FakeTransport transport = rig.join();
        transport.peer().attributes().set(USER, "ann");
        transport.leave(CloseReason.of(CloseReason.NORMAL));
        rig.run();
        assertThat(transport.peer().attributes().get(USER)).isEqualTo("ann");
    }
}
