package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testkit.RecordingListener;
import io.techops.broadcast.testkit.FakeTransport;
import io.techops.broadcast.testkit.HubRig;
import io.techops.broadcast.testkit.ManualExecutor;
import io.techops.broadcast.testkit.VirtualTimer;
import io.techops.broadcast.spi.StreamEvent;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Array;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Null is refused by every method that an application calls, with the name of the parameter. */
class NullArgumentsTest {

    /** Those of the JDK, and the policy: most do not look at the peer, so a test may have none for them. */
    private static final Set<String> NOT_OURS = Set.of("equals", "valueOf", "decide");

    /** What is called, on something that is alive. Interfaces that applications implement are not among them. */
    static Stream<Object> called() {
        HubRig rig = new HubRig();
        FakeTransport transport = rig.join();
        rig.run();
        Topics topics = new TopicsByHand() { }.topics;
        return Stream.of(Message.text("a"), Message.binary(new byte[1]), CloseReason.of(1000), Retention.of(1, 64),
                Position.of("a", 1),
                OverflowPolicy.skip(), DeliveryPolicy.everyone(), MessagePolicy.everything(),
                MessagePolicy.maxRate(1, Duration.ofSeconds(1)), MessagePolicy.Verdict.ignore(), rig.hub(),
                BroadcastHub.builder(), rig.hub().stats(), transport.peer(), transport.registration(), topics,
                Topics.builder(), topics.hub("news"), topics.stats(), transport, rig, new RecordingListener(),
                new ManualExecutor(), new VirtualTimer(), new Attributes());
    }

    private static boolean isOurs(Class<?> type) {
        return type.getName().startsWith("io.techops.broadcast.");
    }

    /** {@return the public types of which {@code type} is one} */
    private static List<Class<?>> publicTypes(Class<?> type) {
        List<Class<?>> types = new ArrayList<>();
        for (Class<?> each = type; each != null && isOurs(each); each = each.getSuperclass()) {
            types.add(each);
            types.addAll(List.of(each.getInterfaces()));
        }
        types.removeIf(each -> !isOurs(each) || !Modifier.isPublic(each.getModifiers()));
        return types;
    }

    private static boolean mayBeNull(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    private static @Nullable Object sample(Class<?> type) {
        if (type == int.class || type == long.class) {
            return type == int.class ? (Object) 1_000 : (Object) 1_000L;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        Map<Class<?>, Object> samples = Map.of(String.class, "news", Duration.class, Duration.ofSeconds(1),
                Message.class, Message.text("a"), CloseReason.class, CloseReason.of(1000), Object.class, "thing",
                MessagePolicy.Verdict.class, MessagePolicy.Verdict.ignore(), ByteBuffer.class, ByteBuffer.allocate(9),
                Map.class, Map.of(), RandomGenerator.class, RandomGenerator.getDefault());
        if (samples.containsKey(type)) {
            return samples.get(type);
        }
        if (type == StreamEvent.class) {
            return new StreamEvent.Open(Position.of("a", 0), false);
        }
        return type.isInterface() ? Proxy.newProxyInstance(NullArgumentsTest.class.getClassLoader(),
                new Class<?>[] {type}, (proxy, method, arguments) -> null) : null;
    }

    private static void check(Executable executable, Call call, List<String> wrong) {
        Parameter[] parameters = executable.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].getType().isPrimitive() || mayBeNull(parameters[i].getAnnotatedType())) {
                continue;
            }
            @Nullable Object[] arguments = Stream.of(parameters).map(each -> sample(each.getType())).toArray();
            arguments[i] = null;
            String where = executable + " with null for parameter " + i;
            try {
                call.with(arguments);
                wrong.add(where + " returns");
            } catch (InvocationTargetException e) {
                Throwable thrown = e.getCause();
                if (!(thrown instanceof NullPointerException) || thrown.getMessage() == null
                        || !thrown.getMessage().matches("[a-z]\\w*")) {
                    wrong.add(where + " throws " + thrown);
                }
            } catch (ReflectiveOperationException | IllegalArgumentException e) {
                wrong.add(where + ": " + e);
            }
        }
    }

    private interface Call {
        void with(@Nullable Object[] arguments) throws ReflectiveOperationException;
    }

    @ParameterizedTest(autoCloseArguments = false) // a hub whose executor is the test's waits in vain in its close
    @MethodSource("called")
    void isRefusedByName(Object object) {
        List<String> wrong = new ArrayList<>();
        for (Class<?> type : publicTypes(object.getClass())) {
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers()) && !method.isBridge() && !method.isSynthetic()
                        && !NOT_OURS.contains(method.getName())) {
                    method.setAccessible(true);
                    check(method, arguments -> method.invoke(object, arguments), wrong);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void isRefusedByConstructorsToo() {
        List<String> wrong = new ArrayList<>();
        for (Class<?> type : List.of(CloseReason.class, FakeTransport.class, HubRig.class)) {
            for (var constructor : type.getConstructors()) {
                check(constructor, constructor::newInstance, wrong);
            }
        }
        assertThat(wrong).isEmpty();
    }
}
