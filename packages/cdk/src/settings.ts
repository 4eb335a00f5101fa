// Written by `python -m ops.docs.stage_inputs` from chalicelib/settings.py.

/** Settings of the application, as in docs/configuration.md; the others have defaults. */
export interface DarkroomSettings {
  /** how callers authenticate; see docs/securing.md */
  readonly AUTH_MODE?: "jwt" | "none" | "token";
  /** the largest original, in bytes */
  readonly MAX_UPLOAD_BYTES?: number;
  /** the most pixels in one image; see docs/limits.md */
  readonly MAX_PIXELS?: number;
  /** the most frames in one animation */
  readonly MAX_FRAMES?: number;
  /** the most changed pixels, in all frames and sizes */
  readonly MAX_ANIMATION_PIXELS?: number;
  /** read cameras' raw files by their previews; see docs/limits.md */
  readonly ALLOW_RAW?: boolean;
  /** how focal points are suggested; see docs/smart-crop.md */
  readonly SMART_CROP?: "faces" | "off" | "saliency";
  /** keep creator and copyright notice in every rendition */
  readonly KEEP_CREDITS?: boolean;
  /** mark renditions of pictures that are declared as AI-generated */
  readonly KEEP_AI_LABELS?: boolean;
  /** https:// URL that receives signed requests for events; empty for none */
  readonly WEBHOOK_URL?: string;
  /** age at which unfinished work counts as lost */
  readonly SWEEP_GRACE_SECONDS?: number;
  /** pause between scans of buckets and failed images */
  readonly SWEEP_REST_SECONDS?: number;
  /** how long replaced renditions stay for pages that show them */
  readonly ORPHAN_SECONDS?: number;
  /** lowest level that is logged */
  readonly LOG_LEVEL?: "DEBUG" | "ERROR" | "INFO" | "WARNING";
  /** of images whose tickets name none */
  readonly DEFAULT_VISIBILITY?: "private" | "public";
  /** how long the signed URLs of private images work */
  readonly PRIVATE_URL_SECONDS?: number;
  /** the most sizes on demand of one image */
  readonly MAX_SIZES?: number;
  /** lifetime of a ticket */
  readonly UPLOAD_EXPIRY_SECONDS?: number;
  /** lifetime of an upload in parts, which can be resumed */
  readonly MULTIPART_EXPIRY_SECONDS?: number;
  /** exactly as in the tokens' iss claim */
  readonly JWT_ISSUER?: string;
  /** what the tokens' aud claim must contain */
  readonly JWT_AUDIENCE?: string;
  /** accepted signing algorithms; asymmetric only */
  readonly JWT_ALGORITHMS?: string;
  /** key set URL, if not the one in the issuer's discovery document */
  readonly JWT_JWKS_URL?: string;
  /** how much clocks may differ */
  readonly JWT_LEEWAY_SECONDS?: number;
  /** claim with the scopes: a string of words or a list */
  readonly JWT_SCOPE_CLAIM?: string;
  /** prefix of upload, read, delete and admin, such as darkroom: */
  readonly JWT_SCOPE_PREFIX?: string;
  /** scopes that every token of the issuer has; never admin */
  readonly JWT_DEFAULT_SCOPES?: string;
  /** most tickets per owner in a minute; 0 for no limit */
  readonly TICKETS_PER_MINUTE?: number;
  /** most unused tickets per owner; 0 for no limit */
  readonly PENDING_TICKETS?: number;
  /** most upload bytes per owner in a day; 0 for no limit */
  readonly BYTES_PER_DAY?: number;
  /** most requests to process per owner in a minute */
  readonly PROCESSINGS_PER_MINUTE?: number;
  /** most requests to process per owner in a day */
  readonly PROCESSINGS_PER_DAY?: number;
}
