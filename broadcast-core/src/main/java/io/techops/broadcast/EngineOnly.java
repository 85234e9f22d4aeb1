package io.techops.broadcast;

import java.util.ServiceLoader;

/*
 * The engine is in a package of its own, above this one: it extends the abstract classes of this package, and is found
 * as a service. So no class of this package refers to the engine, and no other code can take its place.
 */

/** Ties the abstract classes of this package to the engine that implements them. */
final class EngineOnly {

    private static final String ENGINE = EngineOnly.class.getPackageName() + ".engine";

    private EngineOnly() {
    }

    /**
     * Makes sure that a class is the engine's.
     *
     * @throws IllegalStateException if it is not
     */
    static void check(Class<?> type) {
        if (!type.getPackageName().equals(ENGINE)) {
            throw new IllegalStateException(type.getName() + " must not extend a class that only the library extends");
        }
    }

    /**
     * {@return the provider that makes the engine's objects of a type}
     *
     * @throws IllegalStateException if the engine is not there, as in a jar that was put together of several jars and
     *     lost their service files
     */
    static <S> ServiceLoader.Provider<S> provider(Class<S> type) {
        return ServiceLoader.load(type, type.getClassLoader()).stream()
                .filter(provider -> provider.type().getPackageName().equals(ENGINE))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no service " + type.getName()
                        + ": if the jar was merged from several, META-INF/services must be merged too"));
    }
}
