package io.techops.broadcast.tyrus.server;

import java.util.Set;
import java.util.function.Supplier;
import org.glassfish.grizzly.attributes.AttributeBuilder;
import org.glassfish.grizzly.attributes.AttributeHolder;
import org.glassfish.grizzly.attributes.DefaultAttributeBuilder;
import org.glassfish.grizzly.attributes.IndexedAttributeAccessor;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of all connections, which have none: what a connection needs is in its {@link ConnectionProcessor}.
 * Grizzly would give each of them room for some, 150 bytes.
 */
@SuppressWarnings("rawtypes") // Grizzly's interface has them
final class NoAttributes implements AttributeHolder {

    private final AttributeBuilder builder;

    private NoAttributes(AttributeBuilder builder) {
        this.builder = builder;
    }

    /** {@return what gives them to the connections of a transport} */
    static AttributeBuilder builder() {
        return new DefaultAttributeBuilder() {

            private final NoAttributes none = new NoAttributes(this);

            @Override
            public AttributeHolder createSafeAttributeHolder() {
                return none;
            }
        };
    }

    @Override
    public AttributeBuilder getAttributeBuilder() {
        return builder;
    }

    @Override
    public @Nullable IndexedAttributeAccessor getIndexedAttributeAccessor() {
        return null;
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return null;
    }

    @Override
    public @Nullable Object getAttribute(String name, Supplier initializer) {
        return null;
    }

    @Override
    public void setAttribute(String name, Object value) {
        throw new UnsupportedOperationException("a connection has no attributes: " + name);
    }

    @Override
    public @Nullable Object removeAttribute(String name) {
        return null;
    }

    @Override
    public Set<String> getAttributeNames() {
        return Set.of();
    }

    @Override
    public void copyFrom(AttributeHolder others) {
        others.getAttributeNames().forEach(name -> setAttribute(name, others.getAttribute(name)));
    }

    @Override
    public void copyTo(AttributeHolder others) {
        others.clear();
    }

    @Override
    public void recycle() {
        // There is nothing to forget.
    }

    @Override
    public void clear() {
        // There is nothing to forget.
    }
}
