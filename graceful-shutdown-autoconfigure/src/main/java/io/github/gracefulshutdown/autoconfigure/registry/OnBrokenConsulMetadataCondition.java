package io.github.gracefulshutdown.autoconfigure.registry;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches where {@link BrokenConsulMetadata} was left out. */
final class OnBrokenConsulMetadataCondition implements Condition {

	@Override
	public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
		return BrokenConsulMetadata.isPresent(context.getClassLoader());
	}

}
