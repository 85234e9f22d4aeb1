package io.techops.broadcast.tyrus.hosting;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Set;
import org.glassfish.tyrus.core.AnnotatedEndpoint;
import org.glassfish.tyrus.core.ComponentProviderService;
import org.glassfish.tyrus.core.ErrorCollector;
import org.glassfish.tyrus.core.TyrusEndpointWrapper;
import org.glassfish.tyrus.core.monitoring.EndpointEventListener;

/** An endpoint that Tyrus has checked and accepted. */
record DeployedEndpoint(HostedEndpoint endpoint, TyrusEndpointWrapper wrapper, HostedConfig config) {

    private static final TyrusEndpointWrapper.SessionListener NO_LIMITS = new TyrusEndpointWrapper.SessionListener() {
    };

    /**
     * Deploys an endpoint.
     *
     * @throws DeploymentException if its class breaks a rule of Jakarta WebSocket
     */
    static DeployedEndpoint deploy(HostedEndpoint endpoint, HostedContainer container) throws DeploymentException {
        ComponentProviderService components = ComponentProviderService.create();
        if (Endpoint.class.isAssignableFrom(endpoint.type())) {
            HostedConfig config = new HostedConfig(endpoint.config(), null);
            return new DeployedEndpoint(endpoint, new TyrusEndpointWrapper(endpoint.type().asSubclass(Endpoint.class),
                    config, components, container, "", config.getConfigurator(), NO_LIMITS, null,
                    EndpointEventListener.NO_OP, false), config);
        }
        ErrorCollector errors = new ErrorCollector();
        AnnotatedEndpoint annotated = AnnotatedEndpoint.fromClass(endpoint.type(),
                endpoint.config() == null ? components : instances(components, endpoint.config()), true,
                Integer.MAX_VALUE, errors, EndpointEventListener.NO_OP, Set.of());
        if (!errors.isEmpty()) {
            throw errors.composeComprehensiveException();
        }
        ServerEndpointConfig annotation = (ServerEndpointConfig) annotated.getEndpointConfig();
        HostedConfig config = endpoint.config() == null ? new HostedConfig(annotation, null)
                : new HostedConfig(endpoint.config(), annotation);
        return new DeployedEndpoint(endpoint, new TyrusEndpointWrapper(annotated, config, components, container, "",
                config.getConfigurator(), NO_LIMITS, null, EndpointEventListener.NO_OP, false), config);
    }

    /**
     * {@return a component provider that makes endpoints with their configuration's configurator; Tyrus would use that
     * of the annotation}
     */
    private static ComponentProviderService instances(ComponentProviderService components,
            ServerEndpointConfig config) {
        return new ComponentProviderService(components) {
            @Override
            public <T> Object getEndpointInstance(Class<T> type) throws InstantiationException {
                return config.getConfigurator().getEndpointInstance(type);
            }
        };
    }
}
