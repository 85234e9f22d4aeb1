package io.techops.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wherever there is no memory, nothing is dead when it is back. */
class NoMemoryAnywhereTest {

    @RegisterExtension
    final TrappedLog log = new TrappedLog(() -> { });

    @Test
    void noClassThatCouldFailForGoodIsUsedLateForTheFirstTime() throws Exception {
        NoMemoryClassLoader loader = new NoMemoryClassLoader();
        for (String each : List.of("BroadcastHub", "Topics")) {
            Object builder = loader.loadClass("io.techops.broadcast." + each).getMethod("builder").invoke(null);
            builder.getClass().getMethod("build").invoke(builder);
        }
        List<String> late = new ArrayList<>();
        Path engine = Path.of(NoMemoryAnywhereTest.class.getResource("engine/LogHub.class").toURI()).getParent();
        try (Stream<Path> files = Files.list(engine)) {
            for (Path file : files.toList()) {
                String name = "io.techops.broadcast.engine." + file.getFileName().toString().replace(".class", "");
                if (hasInitializer(Files.readAllBytes(file)) && !loader.hasLoaded(name)) {
                    late.add(name);
                }
            }
        }
        assertThat(late).isEmpty();
    }

    private static boolean hasInitializer(byte[] code) {
        boolean[] found = {false};
        new ClassReader(code).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public @Nullable MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
                    String[] exceptions) {
                found[0] |= name.equals("<clinit>");
                return null;
            }
        }, ClassReader.SKIP_CODE);
        return found[0];
    }

    @ParameterizedTest
    @CsvSource({"MemoryScenario, 300, 1", "MemoryScenario, 300, 3", "SharedMemoryScenario, 300, 1",
        "SharedMemoryScenario, 300, 3", "StartMemoryScenario, 30, 1", "StartMemoryScenario, 30, 3"})
    void whereverThereIsNoMemoryAllGoesOnWhenItIsBack(String name, int atLeast, int places) throws Exception {
        Constructor<?> constructor = new NoMemoryClassLoader().loadClass("io.techops.broadcast." + name)
                .getDeclaredConstructor();
        constructor.setAccessible(true);
        IntBinaryOperator scenario = (IntBinaryOperator) constructor.newInstance();
        scenario.applyAsInt(-1, 0); // every class is there from now on
        int count = scenario.applyAsInt(-1, 0);
        assertThat(count).isGreaterThan(atLeast);
        List<String> failures = new ArrayList<>();
        for (int at = 1; at <= count; at++) {
            try {
                scenario.applyAsInt(at, places);
            } catch (AssertionError failed) {
                failures.add(failed.getMessage());
            }
        }
        assertThat(failures).as("of %d", count).isEmpty();
    }
}
