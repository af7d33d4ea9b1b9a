package io.github.gracefulshutdown.autoconfigure.registry;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The configuration with which net.devh's starter tells Consul the port for gRPC. It was
 * compiled for a client of Consul that Spring Cloud no longer uses, and with the new one
 * the application would not start.
 */
final class BrokenConsulMetadata {

	static final String CONFIGURATION = "net.devh.boot.grpc.server.autoconfigure.GrpcMetadataConsulConfiguration";

	private static final String REGISTRATION = "org.springframework.cloud.consul.serviceregistry.ConsulRegistration";

	// What its call of ConsulRegistration.getService() expects to be returned.
	private static final String EXPECTED = "com.ecwid.consul.v1.agent.model.NewService";

	private BrokenConsulMetadata() {
	}

	static boolean isPresent(@Nullable ClassLoader classLoader) {
		return ClassUtils.isPresent(CONFIGURATION, classLoader) && ClassUtils.isPresent(REGISTRATION, classLoader)
				&& !expectedIsReturned(ClassUtils.resolveClassName(REGISTRATION, classLoader));
	}

	private static boolean expectedIsReturned(Class<?> registration) {
		Method method = ReflectionUtils.findMethod(registration, "getService");
		return method != null && method.getReturnType().getName().equals(EXPECTED);
	}

	/** Returns whether the registration is one in Consul. */
	static boolean concerns(Registration registration) {
		return ClassUtils.resolveClassName(REGISTRATION, registration.getClass().getClassLoader())
			.isInstance(registration);
	}

}
