// Made from supabase/migrations by `npm run types`. Do not edit: refinements are in types.ts.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
      addresses: {
        Row: {
          city: string;
          country: string;
          created_at: string;
          default_since: string | null;
          district: string;
          id: string;
          label: string;
          phone: string;
          postal_code: string;
          profile_id: string;
          province: string;
          recipient: string;
          street: string;
          subdistrict: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          city: string;
          country?: string;
          created_at?: string;
          default_since?: string | null;
          district?: string;
          id?: string;
          label?: string;
          phone: string;
          postal_code: string;
          profile_id: string;
          province: string;
          recipient: string;
          street: string;
          subdistrict?: string;
          updated_at?: string;
        };
        Update: {
          city?: string;
          country?: string;
          created_at?: string;
          default_since?: string | null;
          district?: string;
          id?: string;
          label?: string;
          phone?: string;
          postal_code?: string;
          profile_id?: string;
          province?: string;
          recipient?: string;
          street?: string;
          subdistrict?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "addresses_profile_id_fkey";
            columns: ["profile_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      alerts: {
        Row: {
          acknowledged_at: string | null;
          acknowledged_by: string | null;
          closed_at: string | null;
          id: string;
          key: string;
          kind: string;
          note: string | null;
          raised_at: string;
          since: string;
          subject: string;
          subject_id: string | null;
          subject_type: string;
        };
        ComputedFields: never;
        Insert: {
          acknowledged_at?: string | null;
          acknowledged_by?: string | null;
          closed_at?: string | null;
          id?: string;
          key: string;
          kind: string;
          note?: string | null;
          raised_at?: string;
          since: string;
          subject: string;
          subject_id?: string | null;
          subject_type: string;
        };
        Update: {
          acknowledged_at?: string | null;
          acknowledged_by?: string | null;
          closed_at?: string | null;
          id?: string;
          key?: string;
          kind?: string;
          note?: string | null;
          raised_at?: string;
          since?: string;
          subject?: string;
          subject_id?: string | null;
          subject_type?: string;
        };
        Relationships: [
          {
            foreignKeyName: "alerts_acknowledged_by_fkey";
            columns: ["acknowledged_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      attendances: {
        Row: {
          enrollment_id: string;
          intake_id: string;
          learner_id: string;
          noted_at: string;
          noted_by: string | null;
          session_id: string;
          status: string;
        };
        ComputedFields: never;
        Insert: {
          enrollment_id: string;
          intake_id: string;
          learner_id: string;
          noted_at?: string;
          noted_by?: string | null;
          session_id: string;
          status: string;
        };
        Update: {
          enrollment_id?: string;
          intake_id?: string;
          learner_id?: string;
          noted_at?: string;
          noted_by?: string | null;
          session_id?: string;
          status?: string;
        };
        Relationships: [
          {
            foreignKeyName: "attendances_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "attendances_intake_id_fkey";
            columns: ["intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "attendances_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "attendances_noted_by_fkey";
            columns: ["noted_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "attendances_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: false;
            referencedRelation: "intake_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      audit_log: {
        Row: {
          action: string;
          actor_id: string | null;
          actor_role: string;
          after: Json | null;
          before: Json | null;
          hash: string;
          id: number;
          occurred_at: string;
          request_id: string | null;
          row_key: string;
          table_name: string;
          transaction_id: unknown;
        };
        ComputedFields: never;
        Insert: {
          action: string;
          actor_id?: string | null;
          actor_role: string;
          after?: Json | null;
          before?: Json | null;
          hash: string;
          id?: never;
          occurred_at?: string;
          request_id?: string | null;
          row_key: string;
          table_name: string;
          transaction_id?: unknown;
        };
        Update: {
          action?: string;
          actor_id?: string | null;
          actor_role?: string;
          after?: Json | null;
          before?: Json | null;
          hash?: string;
          id?: never;
          occurred_at?: string;
          request_id?: string | null;
          row_key?: string;
          table_name?: string;
          transaction_id?: unknown;
        };
        Relationships: [];
      };
      backorders: {
        Row: {
          created_at: string;
          holder_id: string;
          number: number;
          open_quantity: number;
          quantity: number;
          ships_at: string | null;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          holder_id: string;
          number?: never;
          open_quantity: number;
          quantity: number;
          ships_at?: string | null;
          variant_id: string;
        };
        Update: {
          created_at?: string;
          holder_id?: string;
          number?: never;
          open_quantity?: number;
          quantity?: number;
          ships_at?: string | null;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "backorders_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      bundle_items: {
        Row: {
          bundle_variant_id: string;
          component_variant_id: string;
          created_at: string;
          quantity: number;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          bundle_variant_id: string;
          component_variant_id: string;
          created_at?: string;
          quantity?: number;
          updated_at?: string;
        };
        Update: {
          bundle_variant_id?: string;
          component_variant_id?: string;
          created_at?: string;
          quantity?: number;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "bundle_items_bundle_variant_id_fkey";
            columns: ["bundle_variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "bundle_items_component_variant_id_fkey";
            columns: ["component_variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      cart_coupons: {
        Row: {
          added_at: string;
          cart_id: string;
          coupon_id: string;
        };
        ComputedFields: never;
        Insert: {
          added_at?: string;
          cart_id: string;
          coupon_id: string;
        };
        Update: {
          added_at?: string;
          cart_id?: string;
          coupon_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "cart_coupons_cart_id_fkey";
            columns: ["cart_id"];
            isOneToOne: false;
            referencedRelation: "carts";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "cart_coupons_coupon_id_fkey";
            columns: ["coupon_id"];
            isOneToOne: false;
            referencedRelation: "coupons";
            referencedColumns: ["id"];
          },
        ];
      };
      cart_items: {
        Row: {
          added_at: string;
          cart_id: string;
          quantity: number;
          seen_problem: string | null;
          seen_title: string | null;
          seen_unit_amount: number | null;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          added_at?: string;
          cart_id: string;
          quantity: number;
          seen_problem?: string | null;
          seen_title?: string | null;
          seen_unit_amount?: number | null;
          variant_id: string;
        };
        Update: {
          added_at?: string;
          cart_id?: string;
          quantity?: number;
          seen_problem?: string | null;
          seen_title?: string | null;
          seen_unit_amount?: number | null;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "cart_items_cart_id_fkey";
            columns: ["cart_id"];
            isOneToOne: false;
            referencedRelation: "carts";
            referencedColumns: ["id"];
          },
        ];
      };
      carts: {
        Row: {
          created_at: string;
          currency: string;
          customer_id: string;
          expires_at: string;
          id: string;
          order_id: string | null;
          shipping_address_id: string | null;
          shipping_method_id: string | null;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          currency: string;
          customer_id: string;
          expires_at: string;
          id?: string;
          order_id?: string | null;
          shipping_address_id?: string | null;
          shipping_method_id?: string | null;
          status?: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          currency?: string;
          customer_id?: string;
          expires_at?: string;
          id?: string;
          order_id?: string | null;
          shipping_address_id?: string | null;
          shipping_method_id?: string | null;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "carts_customer_id_fkey";
            columns: ["customer_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "carts_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: true;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "carts_shipping_address_id_fkey";
            columns: ["shipping_address_id"];
            isOneToOne: false;
            referencedRelation: "addresses";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "carts_shipping_method_id_fkey";
            columns: ["shipping_method_id"];
            isOneToOne: false;
            referencedRelation: "shipping_methods";
            referencedColumns: ["id"];
          },
        ];
      };
      categories: {
        Row: {
          created_at: string;
          depth: number;
          description: string;
          id: string;
          parent_depth: number | null;
          parent_id: string | null;
          position: number;
          slug: string;
          title: string;
          translations: NonNullable<Json>;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          depth?: never;
          description?: string;
          id?: string;
          parent_depth?: number | null;
          parent_id?: string | null;
          position?: number;
          slug: string;
          title: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          depth?: never;
          description?: string;
          id?: string;
          parent_depth?: number | null;
          parent_id?: string | null;
          position?: number;
          slug?: string;
          title?: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "categories_are_one_deeper_than_their_parent";
            columns: ["parent_id", "parent_depth"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["id", "depth"];
          },
        ];
      };
      category_attributes: {
        Row: {
          category_id: string;
          choices: string[] | null;
          created_at: string;
          filterable: boolean;
          id: string;
          key: string;
          level: string;
          max: number | null;
          min: number | null;
          position: number;
          required: boolean;
          title: string;
          translations: NonNullable<Json>;
          type: string;
          unit: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          category_id: string;
          choices?: string[] | null;
          created_at?: string;
          filterable?: boolean;
          id?: string;
          key: string;
          level?: string;
          max?: number | null;
          min?: number | null;
          position?: number;
          required?: boolean;
          title: string;
          translations?: NonNullable<Json>;
          type: string;
          unit?: string | null;
          updated_at?: string;
        };
        Update: {
          category_id?: string;
          choices?: string[] | null;
          created_at?: string;
          filterable?: boolean;
          id?: string;
          key?: string;
          level?: string;
          max?: number | null;
          min?: number | null;
          position?: number;
          required?: boolean;
          title?: string;
          translations?: NonNullable<Json>;
          type?: string;
          unit?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "category_attributes_category_id_fkey";
            columns: ["category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["id"];
          },
        ];
      };
      certificates: {
        Row: {
          completed_on: string;
          course_title: string;
          enrollment_id: string;
          id: string;
          issued_at: string;
          issuer: string;
          learner_id: string;
          learner_name: string;
          locale: string;
          number: string;
          pdf_bytes: number | null;
          pdf_path: string | null;
          pdf_sha256: string | null;
          product_id: string;
          revoke_reason: string | null;
          revoked_at: string | null;
          revoked_by: string | null;
          score_percent: number | null;
          time_zone: string;
          verify_url: string;
        };
        ComputedFields: never;
        Insert: {
          completed_on: string;
          course_title: string;
          enrollment_id: string;
          id?: string;
          issued_at: string;
          issuer: string;
          learner_id: string;
          learner_name: string;
          locale: string;
          number: string;
          pdf_bytes?: number | null;
          pdf_path?: string | null;
          pdf_sha256?: string | null;
          product_id: string;
          revoke_reason?: string | null;
          revoked_at?: string | null;
          revoked_by?: string | null;
          score_percent?: number | null;
          time_zone: string;
          verify_url: string;
        };
        Update: {
          completed_on?: string;
          course_title?: string;
          enrollment_id?: string;
          id?: string;
          issued_at?: string;
          issuer?: string;
          learner_id?: string;
          learner_name?: string;
          locale?: string;
          number?: string;
          pdf_bytes?: number | null;
          pdf_path?: string | null;
          pdf_sha256?: string | null;
          product_id?: string;
          revoke_reason?: string | null;
          revoked_at?: string | null;
          revoked_by?: string | null;
          score_percent?: number | null;
          time_zone?: string;
          verify_url?: string;
        };
        Relationships: [
          {
            foreignKeyName: "certificates_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: true;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "certificates_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "certificates_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "courses";
            referencedColumns: ["product_id"];
          },
          {
            foreignKeyName: "certificates_revoked_by_fkey";
            columns: ["revoked_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      collection_members: {
        Row: {
          collection_id: string;
          position: number;
          product_id: string;
        };
        ComputedFields: never;
        Insert: {
          collection_id: string;
          position?: number;
          product_id: string;
        };
        Update: {
          collection_id?: string;
          position?: number;
          product_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "collection_members_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "collection_members_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      collection_rules: {
        Row: {
          category_id: string | null;
          collection_id: string;
          currency: string | null;
          equals: Json | null;
          id: string;
          key: string | null;
          kind: string | null;
          max: number | null;
          min: number | null;
          tag: string | null;
          type: string;
        };
        ComputedFields: never;
        Insert: {
          category_id?: string | null;
          collection_id: string;
          currency?: string | null;
          equals?: Json | null;
          id?: string;
          key?: string | null;
          kind?: string | null;
          max?: number | null;
          min?: number | null;
          tag?: string | null;
          type: string;
        };
        Update: {
          category_id?: string | null;
          collection_id?: string;
          currency?: string | null;
          equals?: Json | null;
          id?: string;
          key?: string | null;
          kind?: string | null;
          max?: number | null;
          min?: number | null;
          tag?: string | null;
          type?: string;
        };
        Relationships: [
          {
            foreignKeyName: "collection_rules_category_id_fkey";
            columns: ["category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "collection_rules_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collections";
            referencedColumns: ["id"];
          },
        ];
      };
      collections: {
        Row: {
          created_at: string;
          description: string;
          id: string;
          match: string;
          position: number;
          publish_at: string | null;
          slug: string;
          status: string;
          title: string;
          translations: NonNullable<Json>;
          unpublish_at: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          description?: string;
          id?: string;
          match?: string;
          position?: number;
          publish_at?: string | null;
          slug: string;
          status?: string;
          title: string;
          translations?: NonNullable<Json>;
          unpublish_at?: string | null;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          description?: string;
          id?: string;
          match?: string;
          position?: number;
          publish_at?: string | null;
          slug?: string;
          status?: string;
          title?: string;
          translations?: NonNullable<Json>;
          unpublish_at?: string | null;
          updated_at?: string;
        };
        Relationships: [];
      };
      complaint_evidence: {
        Row: {
          byte_size: number | null;
          complaint_id: string;
          created_at: string;
          id: string;
          mime_type: string | null;
          path: string;
          sha256: string | null;
          submitted_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          byte_size?: number | null;
          complaint_id: string;
          created_at?: string;
          id?: string;
          mime_type?: string | null;
          path?: never;
          sha256?: string | null;
          submitted_at?: string | null;
        };
        Update: {
          byte_size?: number | null;
          complaint_id?: string;
          created_at?: string;
          id?: string;
          mime_type?: string | null;
          path?: never;
          sha256?: string | null;
          submitted_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "complaint_evidence_complaint_id_fkey";
            columns: ["complaint_id"];
            isOneToOne: false;
            referencedRelation: "complaints";
            referencedColumns: ["id"];
          },
        ];
      };
      complaint_messages: {
        Row: {
          author_id: string | null;
          author_kind: string;
          body: string | null;
          complaint_id: string;
          erased_at: string | null;
          id: string;
          visible_to_customer: boolean;
          written_at: string;
        };
        ComputedFields: never;
        Insert: {
          author_id?: string | null;
          author_kind: string;
          body?: string | null;
          complaint_id: string;
          erased_at?: string | null;
          id?: string;
          visible_to_customer: boolean;
          written_at?: string;
        };
        Update: {
          author_id?: string | null;
          author_kind?: string;
          body?: string | null;
          complaint_id?: string;
          erased_at?: string | null;
          id?: string;
          visible_to_customer?: boolean;
          written_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "complaint_messages_author_id_fkey";
            columns: ["author_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "complaint_messages_complaint_id_fkey";
            columns: ["complaint_id"];
            isOneToOne: false;
            referencedRelation: "complaints";
            referencedColumns: ["id"];
          },
        ];
      };
      complaints: {
        Row: {
          assignee_id: string | null;
          customer_id: string;
          description: string | null;
          erased_at: string | null;
          id: string;
          number: string;
          opened_at: string;
          order_id: string;
          resolution: string | null;
          resolution_note: string | null;
          resolved_at: string | null;
          round: number;
          status: string;
          type: string;
          updated_at: string;
          waiting_since: string | null;
          wanted: string | null;
        };
        ComputedFields: never;
        Insert: {
          assignee_id?: string | null;
          customer_id: string;
          description?: string | null;
          erased_at?: string | null;
          id?: string;
          number?: string;
          opened_at?: string;
          order_id: string;
          resolution?: string | null;
          resolution_note?: string | null;
          resolved_at?: string | null;
          round?: number;
          status?: string;
          type: string;
          updated_at?: string;
          waiting_since?: string | null;
          wanted?: string | null;
        };
        Update: {
          assignee_id?: string | null;
          customer_id?: string;
          description?: string | null;
          erased_at?: string | null;
          id?: string;
          number?: string;
          opened_at?: string;
          order_id?: string;
          resolution?: string | null;
          resolution_note?: string | null;
          resolved_at?: string | null;
          round?: number;
          status?: string;
          type?: string;
          updated_at?: string;
          waiting_since?: string | null;
          wanted?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "complaints_assignee_id_fkey";
            columns: ["assignee_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "complaints_customer_id_fkey";
            columns: ["customer_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "complaints_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
        ];
      };
      coupons: {
        Row: {
          code: string;
          created_at: string;
          customer_id: string | null;
          id: string;
          promotion_id: string;
          revoked_at: string | null;
          updated_at: string;
          usage_limit: number | null;
          used_count: number;
        };
        ComputedFields: never;
        Insert: {
          code: string;
          created_at?: string;
          customer_id?: string | null;
          id?: string;
          promotion_id: string;
          revoked_at?: string | null;
          updated_at?: string;
          usage_limit?: number | null;
          used_count?: number;
        };
        Update: {
          code?: string;
          created_at?: string;
          customer_id?: string | null;
          id?: string;
          promotion_id?: string;
          revoked_at?: string | null;
          updated_at?: string;
          usage_limit?: number | null;
          used_count?: number;
        };
        Relationships: [
          {
            foreignKeyName: "coupons_customer_id_fkey";
            columns: ["customer_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "coupons_promotion_id_fkey";
            columns: ["promotion_id"];
            isOneToOne: false;
            referencedRelation: "promotions";
            referencedColumns: ["id"];
          },
        ];
      };
      course_instructors: {
        Row: {
          created_at: string;
          product_id: string;
          profile_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          product_id: string;
          profile_id: string;
        };
        Update: {
          created_at?: string;
          product_id?: string;
          profile_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "course_instructors_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "courses";
            referencedColumns: ["product_id"];
          },
          {
            foreignKeyName: "course_instructors_profile_id_fkey";
            columns: ["profile_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      course_prerequisites: {
        Row: {
          created_at: string;
          product_id: string;
          required_product_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          product_id: string;
          required_product_id: string;
        };
        Update: {
          created_at?: string;
          product_id?: string;
          required_product_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "course_prerequisites_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "courses";
            referencedColumns: ["product_id"];
          },
          {
            foreignKeyName: "course_prerequisites_required_product_id_fkey";
            columns: ["required_product_id"];
            isOneToOne: false;
            referencedRelation: "courses";
            referencedColumns: ["product_id"];
          },
        ];
      };
      course_sections: {
        Row: {
          created_at: string;
          id: string;
          position: number;
          product_id: string;
          title: string;
          translations: NonNullable<Json>;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          id?: string;
          position?: number;
          product_id: string;
          title: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          id?: string;
          position?: number;
          product_id?: string;
          title?: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "course_sections_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "courses";
            referencedColumns: ["product_id"];
          },
        ];
      };
      courses: {
        Row: {
          cancel_days_after_purchase: number | null;
          cancel_days_before_start: number | null;
          cancel_progress_percent: number;
          completion_percent: number | null;
          completion_rule: string;
          created_at: string;
          duration_minutes: number | null;
          has_certificate: boolean;
          is_sequential: boolean;
          language: string;
          level: string;
          prerequisites_block_sale: boolean;
          product_id: string;
          renewal_days: number | null;
          renewal_variant_id: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          cancel_days_after_purchase?: number | null;
          cancel_days_before_start?: number | null;
          cancel_progress_percent?: number;
          completion_percent?: number | null;
          completion_rule?: string;
          created_at?: string;
          duration_minutes?: number | null;
          has_certificate?: boolean;
          is_sequential?: boolean;
          language?: string;
          level?: string;
          prerequisites_block_sale?: boolean;
          product_id: string;
          renewal_days?: number | null;
          renewal_variant_id?: string | null;
          updated_at?: string;
        };
        Update: {
          cancel_days_after_purchase?: number | null;
          cancel_days_before_start?: number | null;
          cancel_progress_percent?: number;
          completion_percent?: number | null;
          completion_rule?: string;
          created_at?: string;
          duration_minutes?: number | null;
          has_certificate?: boolean;
          is_sequential?: boolean;
          language?: string;
          level?: string;
          prerequisites_block_sale?: boolean;
          product_id?: string;
          renewal_days?: number | null;
          renewal_variant_id?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "courses_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: true;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "courses_renewal_variant_id_fkey";
            columns: ["renewal_variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      currencies: {
        Row: {
          code: string;
          minor_units: number;
          name: string;
          retired_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          code: string;
          minor_units: number;
          name: string;
          retired_at?: string | null;
        };
        Update: {
          code?: string;
          minor_units?: number;
          name?: string;
          retired_at?: string | null;
        };
        Relationships: [];
      };
      customer_group_members: {
        Row: {
          added_at: string;
          customer_group_id: string;
          profile_id: string;
        };
        ComputedFields: never;
        Insert: {
          added_at?: string;
          customer_group_id: string;
          profile_id: string;
        };
        Update: {
          added_at?: string;
          customer_group_id?: string;
          profile_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "customer_group_members_customer_group_id_fkey";
            columns: ["customer_group_id"];
            isOneToOne: false;
            referencedRelation: "customer_groups";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "customer_group_members_profile_id_fkey";
            columns: ["profile_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      customer_groups: {
        Row: {
          created_at: string;
          id: string;
          name: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          id?: string;
          name: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          id?: string;
          name?: string;
          updated_at?: string;
        };
        Relationships: [];
      };
      digital_files: {
        Row: {
          access_days: number | null;
          byte_size: number | null;
          created_at: string;
          file_name: string;
          id: string;
          max_downloads: number | null;
          mime_type: string | null;
          path: string;
          position: number;
          product_id: string;
          ready_at: string | null;
          sha256: string | null;
          updated_at: string;
          variant_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          access_days?: number | null;
          byte_size?: number | null;
          created_at?: string;
          file_name: string;
          id?: string;
          max_downloads?: number | null;
          mime_type?: string | null;
          path?: never;
          position?: number;
          product_id: string;
          ready_at?: string | null;
          sha256?: string | null;
          updated_at?: string;
          variant_id?: string | null;
        };
        Update: {
          access_days?: number | null;
          byte_size?: number | null;
          created_at?: string;
          file_name?: string;
          id?: string;
          max_downloads?: number | null;
          mime_type?: string | null;
          path?: never;
          position?: number;
          product_id?: string;
          ready_at?: string | null;
          sha256?: string | null;
          updated_at?: string;
          variant_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "digital_files_come_with_a_variant_of_their_product";
            columns: ["variant_id", "product_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id", "product_id"];
          },
          {
            foreignKeyName: "digital_files_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      disputes: {
        Row: {
          amount: number;
          created_at: string;
          currency: string;
          decided_at: string | null;
          fee_amount: number;
          held_amount: number;
          id: string;
          order_id: string;
          payment_id: string;
          provider: string;
          provider_dispute_id: string;
          reason: string | null;
          respond_by: string | null;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          created_at?: string;
          currency: string;
          decided_at?: string | null;
          fee_amount?: number;
          held_amount?: number;
          id?: string;
          order_id: string;
          payment_id: string;
          provider: string;
          provider_dispute_id: string;
          reason?: string | null;
          respond_by?: string | null;
          status: string;
          updated_at?: string;
        };
        Update: {
          amount?: number;
          created_at?: string;
          currency?: string;
          decided_at?: string | null;
          fee_amount?: number;
          held_amount?: number;
          id?: string;
          order_id?: string;
          payment_id?: string;
          provider?: string;
          provider_dispute_id?: string;
          reason?: string | null;
          respond_by?: string | null;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "disputes_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "disputes_payment_id_fkey";
            columns: ["payment_id"];
            isOneToOne: false;
            referencedRelation: "payments";
            referencedColumns: ["id"];
          },
        ];
      };
      downloads: {
        Row: {
          customer_id: string;
          digital_file_id: string;
          ended_at: string | null;
          expires_at: string | null;
          granted_at: string;
          id: string;
          max_downloads: number;
          order_item_id: string;
          suspended_at: string | null;
          used_count: number;
        };
        ComputedFields: never;
        Insert: {
          customer_id: string;
          digital_file_id: string;
          ended_at?: string | null;
          expires_at?: string | null;
          granted_at?: string;
          id?: string;
          max_downloads: number;
          order_item_id: string;
          suspended_at?: string | null;
          used_count?: number;
        };
        Update: {
          customer_id?: string;
          digital_file_id?: string;
          ended_at?: string | null;
          expires_at?: string | null;
          granted_at?: string;
          id?: string;
          max_downloads?: number;
          order_item_id?: string;
          suspended_at?: string | null;
          used_count?: number;
        };
        Relationships: [
          {
            foreignKeyName: "downloads_customer_id_fkey";
            columns: ["customer_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "downloads_digital_file_id_fkey";
            columns: ["digital_file_id"];
            isOneToOne: false;
            referencedRelation: "digital_files";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "downloads_order_item_id_fkey";
            columns: ["order_item_id"];
            isOneToOne: false;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
        ];
      };
      draft_order_lines: {
        Row: {
          agreed_reason: string | null;
          agreed_unit_amount: number | null;
          draft_order_id: string;
          quantity: number;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          agreed_reason?: string | null;
          agreed_unit_amount?: number | null;
          draft_order_id: string;
          quantity: number;
          variant_id: string;
        };
        Update: {
          agreed_reason?: string | null;
          agreed_unit_amount?: number | null;
          draft_order_id?: string;
          quantity?: number;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "draft_order_lines_draft_order_id_fkey";
            columns: ["draft_order_id"];
            isOneToOne: false;
            referencedRelation: "draft_orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "draft_order_lines_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      draft_orders: {
        Row: {
          country: string | null;
          coupon_ids: string[];
          created_at: string;
          created_by: string | null;
          currency: string;
          customer_id: string;
          id: string;
          note: string | null;
          order_id: string | null;
          province: string | null;
          shipping_address_id: string | null;
          shipping_method_id: string | null;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          country?: string | null;
          coupon_ids?: string[];
          created_at?: string;
          created_by?: string | null;
          currency: string;
          customer_id: string;
          id?: string;
          note?: string | null;
          order_id?: string | null;
          province?: string | null;
          shipping_address_id?: string | null;
          shipping_method_id?: string | null;
          status?: string;
          updated_at?: string;
        };
        Update: {
          country?: string | null;
          coupon_ids?: string[];
          created_at?: string;
          created_by?: string | null;
          currency?: string;
          customer_id?: string;
          id?: string;
          note?: string | null;
          order_id?: string | null;
          province?: string | null;
          shipping_address_id?: string | null;
          shipping_method_id?: string | null;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "draft_orders_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "draft_orders_customer_id_fkey";
            columns: ["customer_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "draft_orders_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: true;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "draft_orders_shipping_address_id_fkey";
            columns: ["shipping_address_id"];
            isOneToOne: false;
            referencedRelation: "addresses";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "draft_orders_shipping_method_id_fkey";
            columns: ["shipping_method_id"];
            isOneToOne: false;
            referencedRelation: "shipping_methods";
            referencedColumns: ["id"];
          },
        ];
      };
      enrollment_transfers: {
        Row: {
          completed_at: string | null;
          created_at: string;
          currency: string;
          difference_amount: number;
          enrollment_id: string;
          from_intake_id: string;
          id: string;
          learner_id: string;
          new_enrollment_id: string | null;
          order_id: string | null;
          reason: string | null;
          to_intake_id: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          completed_at?: string | null;
          created_at?: string;
          currency: string;
          difference_amount: number;
          enrollment_id: string;
          from_intake_id: string;
          id?: string;
          learner_id: string;
          new_enrollment_id?: string | null;
          order_id?: string | null;
          reason?: string | null;
          to_intake_id: string;
          updated_at?: string;
        };
        Update: {
          completed_at?: string | null;
          created_at?: string;
          currency?: string;
          difference_amount?: number;
          enrollment_id?: string;
          from_intake_id?: string;
          id?: string;
          learner_id?: string;
          new_enrollment_id?: string | null;
          order_id?: string | null;
          reason?: string | null;
          to_intake_id?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "enrollment_transfers_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "enrollment_transfers_from_intake_id_fkey";
            columns: ["from_intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "enrollment_transfers_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "enrollment_transfers_new_enrollment_id_fkey";
            columns: ["new_enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "enrollment_transfers_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "enrollment_transfers_to_intake_id_fkey";
            columns: ["to_intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
        ];
      };
      enrollments: {
        Row: {
          access_ends_at: string | null;
          access_starts_at: string | null;
          created_at: string;
          ended_at: string | null;
          enrolled_at: string | null;
          id: string;
          intake_id: string;
          learner_id: string;
          order_item_id: string | null;
          status: string;
          subscription_id: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          access_ends_at?: string | null;
          access_starts_at?: string | null;
          created_at?: string;
          ended_at?: string | null;
          enrolled_at?: string | null;
          id?: string;
          intake_id: string;
          learner_id: string;
          order_item_id?: string | null;
          status: string;
          subscription_id?: string | null;
          updated_at?: string;
        };
        Update: {
          access_ends_at?: string | null;
          access_starts_at?: string | null;
          created_at?: string;
          ended_at?: string | null;
          enrolled_at?: string | null;
          id?: string;
          intake_id?: string;
          learner_id?: string;
          order_item_id?: string | null;
          status?: string;
          subscription_id?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "enrollments_intake_id_fkey";
            columns: ["intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "enrollments_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "enrollments_order_item_id_fkey";
            columns: ["order_item_id"];
            isOneToOne: false;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "enrollments_subscription_id_fkey";
            columns: ["subscription_id"];
            isOneToOne: false;
            referencedRelation: "subscriptions";
            referencedColumns: ["id"];
          },
        ];
      };
      events: {
        Row: {
          actor_id: string | null;
          correlation_id: string | null;
          id: number;
          name: string;
          occurred_at: string;
          payload: NonNullable<Json>;
          relayed_at: string | null;
          subject_id: string;
          subject_type: string;
        };
        ComputedFields: never;
        Insert: {
          actor_id?: string | null;
          correlation_id?: string | null;
          id?: never;
          name: string;
          occurred_at?: string;
          payload?: NonNullable<Json>;
          relayed_at?: string | null;
          subject_id: string;
          subject_type: string;
        };
        Update: {
          actor_id?: string | null;
          correlation_id?: string | null;
          id?: never;
          name?: string;
          occurred_at?: string;
          payload?: NonNullable<Json>;
          relayed_at?: string | null;
          subject_id?: string;
          subject_type?: string;
        };
        Relationships: [];
      };
      exports: {
        Row: {
          byte_size: number | null;
          created_at: string;
          created_by: string | null;
          finished_at: string | null;
          id: string;
          kind: string;
          path: string;
          row_count: number | null;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          byte_size?: number | null;
          created_at?: string;
          created_by?: string | null;
          finished_at?: string | null;
          id?: string;
          kind: string;
          path?: never;
          row_count?: number | null;
          status?: string;
          updated_at?: string;
        };
        Update: {
          byte_size?: number | null;
          created_at?: string;
          created_by?: string | null;
          finished_at?: string | null;
          id?: string;
          kind?: string;
          path?: never;
          row_count?: number | null;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "exports_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      gift_card_entries: {
        Row: {
          amount: number;
          created_at: string;
          gift_card_id: string;
          id: number;
          kind: string;
          reference_id: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          created_at?: string;
          gift_card_id: string;
          id?: never;
          kind: string;
          reference_id: string;
        };
        Update: {
          amount?: number;
          created_at?: string;
          gift_card_id?: string;
          id?: never;
          kind?: string;
          reference_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "gift_card_entries_gift_card_id_fkey";
            columns: ["gift_card_id"];
            isOneToOne: false;
            referencedRelation: "gift_cards";
            referencedColumns: ["id"];
          },
        ];
      };
      gift_card_purchases: {
        Row: {
          announced_at: string | null;
          buyer_id: string;
          created_at: string;
          deliver_at: string | null;
          gift_card_id: string | null;
          id: string;
          message: string | null;
          order_item_id: string;
          recipient_email: string;
          recipient_name: string | null;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          announced_at?: string | null;
          buyer_id: string;
          created_at?: string;
          deliver_at?: string | null;
          gift_card_id?: string | null;
          id?: string;
          message?: string | null;
          order_item_id: string;
          recipient_email: string;
          recipient_name?: string | null;
          status?: string;
          updated_at?: string;
        };
        Update: {
          announced_at?: string | null;
          buyer_id?: string;
          created_at?: string;
          deliver_at?: string | null;
          gift_card_id?: string | null;
          id?: string;
          message?: string | null;
          order_item_id?: string;
          recipient_email?: string;
          recipient_name?: string | null;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "gift_card_purchases_buyer_id_fkey";
            columns: ["buyer_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "gift_card_purchases_gift_card_id_fkey";
            columns: ["gift_card_id"];
            isOneToOne: true;
            referencedRelation: "gift_cards";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "gift_card_purchases_order_item_id_fkey";
            columns: ["order_item_id"];
            isOneToOne: false;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
        ];
      };
      gift_cards: {
        Row: {
          amount: number;
          created_at: string;
          currency: string;
          expired_at: string | null;
          expires_at: string | null;
          frozen_at: string | null;
          hint: string;
          id: string;
          message: string | null;
          order_item_id: string | null;
          recipient_email: string | null;
          recipient_name: string | null;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          created_at?: string;
          currency: string;
          expired_at?: string | null;
          expires_at?: string | null;
          frozen_at?: string | null;
          hint: string;
          id?: string;
          message?: string | null;
          order_item_id?: string | null;
          recipient_email?: string | null;
          recipient_name?: string | null;
        };
        Update: {
          amount?: number;
          created_at?: string;
          currency?: string;
          expired_at?: string | null;
          expires_at?: string | null;
          frozen_at?: string | null;
          hint?: string;
          id?: string;
          message?: string | null;
          order_item_id?: string | null;
          recipient_email?: string | null;
          recipient_name?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "gift_cards_order_item_id_fkey";
            columns: ["order_item_id"];
            isOneToOne: false;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
        ];
      };
      gifts: {
        Row: {
          announced_at: string | null;
          buyer_id: string;
          claimed_at: string | null;
          created_at: string;
          deliver_at: string | null;
          enrollment_id: string | null;
          expires_at: string | null;
          id: string;
          intake_id: string;
          learner_id: string | null;
          message: string | null;
          order_item_id: string;
          recipient_email: string;
          recipient_name: string | null;
          reminded_at: string | null;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          announced_at?: string | null;
          buyer_id: string;
          claimed_at?: string | null;
          created_at?: string;
          deliver_at?: string | null;
          enrollment_id?: string | null;
          expires_at?: string | null;
          id?: string;
          intake_id: string;
          learner_id?: string | null;
          message?: string | null;
          order_item_id: string;
          recipient_email: string;
          recipient_name?: string | null;
          reminded_at?: string | null;
          status?: string;
          updated_at?: string;
        };
        Update: {
          announced_at?: string | null;
          buyer_id?: string;
          claimed_at?: string | null;
          created_at?: string;
          deliver_at?: string | null;
          enrollment_id?: string | null;
          expires_at?: string | null;
          id?: string;
          intake_id?: string;
          learner_id?: string | null;
          message?: string | null;
          order_item_id?: string;
          recipient_email?: string;
          recipient_name?: string | null;
          reminded_at?: string | null;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "gifts_buyer_id_fkey";
            columns: ["buyer_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "gifts_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "gifts_intake_id_fkey";
            columns: ["intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "gifts_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "gifts_order_item_id_fkey";
            columns: ["order_item_id"];
            isOneToOne: false;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
        ];
      };
      import_errors: {
        Row: {
          code: string;
          column_name: string | null;
          id: number;
          import_id: string;
          message: string;
          row_number: number | null;
        };
        ComputedFields: never;
        Insert: {
          code: string;
          column_name?: string | null;
          id?: never;
          import_id: string;
          message: string;
          row_number?: number | null;
        };
        Update: {
          code?: string;
          column_name?: string | null;
          id?: never;
          import_id?: string;
          message?: string;
          row_number?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "import_errors_import_id_fkey";
            columns: ["import_id"];
            isOneToOne: false;
            referencedRelation: "imports";
            referencedColumns: ["id"];
          },
        ];
      };
      imports: {
        Row: {
          byte_size: number | null;
          columns: string[] | null;
          created_at: string;
          created_by: string | null;
          dry_run: boolean;
          error_count: number;
          file_name: string;
          finished_at: string | null;
          id: string;
          kind: string;
          path: string;
          progress: number;
          result: Json | null;
          row_count: number;
          run: number;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          byte_size?: number | null;
          columns?: string[] | null;
          created_at?: string;
          created_by?: string | null;
          dry_run: boolean;
          error_count?: number;
          file_name: string;
          finished_at?: string | null;
          id?: string;
          kind: string;
          path?: never;
          progress?: number;
          result?: Json | null;
          row_count?: number;
          run?: number;
          status?: string;
          updated_at?: string;
        };
        Update: {
          byte_size?: number | null;
          columns?: string[] | null;
          created_at?: string;
          created_by?: string | null;
          dry_run?: boolean;
          error_count?: number;
          file_name?: string;
          finished_at?: string | null;
          id?: string;
          kind?: string;
          path?: never;
          progress?: number;
          result?: Json | null;
          row_count?: number;
          run?: number;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "imports_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      instalment_plans: {
        Row: {
          count: number;
          created_at: string;
          first_basis_points: number | null;
          id: string;
          period: string;
          product_id: string | null;
          status: string;
          title: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          count: number;
          created_at?: string;
          first_basis_points?: number | null;
          id?: string;
          period?: string;
          product_id?: string | null;
          status?: string;
          title: string;
          updated_at?: string;
        };
        Update: {
          count?: number;
          created_at?: string;
          first_basis_points?: number | null;
          id?: string;
          period?: string;
          product_id?: string | null;
          status?: string;
          title?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "instalment_plans_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      instalment_schedules: {
        Row: {
          created_at: string;
          id: string;
          order_id: string;
          payment_method_id: string | null;
          plan_id: string;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          id?: string;
          order_id: string;
          payment_method_id?: string | null;
          plan_id: string;
          status?: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          id?: string;
          order_id?: string;
          payment_method_id?: string | null;
          plan_id?: string;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "instalment_schedules_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: true;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "instalment_schedules_payment_method_id_fkey";
            columns: ["payment_method_id"];
            isOneToOne: false;
            referencedRelation: "payment_methods";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "instalment_schedules_plan_id_fkey";
            columns: ["plan_id"];
            isOneToOne: false;
            referencedRelation: "instalment_plans";
            referencedColumns: ["id"];
          },
        ];
      };
      instalments: {
        Row: {
          amount: number;
          created_at: string;
          due_at: string;
          failure_code: string | null;
          id: string;
          next_try_at: string | null;
          number: number;
          order_id: string;
          overdue_since: string | null;
          paid_at: string | null;
          payment_id: string | null;
          reminded_at: string | null;
          status: string;
          tries: number;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          created_at?: string;
          due_at: string;
          failure_code?: string | null;
          id?: string;
          next_try_at?: string | null;
          number: number;
          order_id: string;
          overdue_since?: string | null;
          paid_at?: string | null;
          payment_id?: string | null;
          reminded_at?: string | null;
          status?: string;
          tries?: number;
          updated_at?: string;
        };
        Update: {
          amount?: number;
          created_at?: string;
          due_at?: string;
          failure_code?: string | null;
          id?: string;
          next_try_at?: string | null;
          number?: number;
          order_id?: string;
          overdue_since?: string | null;
          paid_at?: string | null;
          payment_id?: string | null;
          reminded_at?: string | null;
          status?: string;
          tries?: number;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "instalments_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "instalment_schedules";
            referencedColumns: ["order_id"];
          },
          {
            foreignKeyName: "instalments_payment_id_fkey";
            columns: ["payment_id"];
            isOneToOne: false;
            referencedRelation: "payments";
            referencedColumns: ["id"];
          },
        ];
      };
      intake_links: {
        Row: {
          created_at: string;
          intake_id: string;
          updated_at: string;
          url: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          intake_id: string;
          updated_at?: string;
          url: string;
        };
        Update: {
          created_at?: string;
          intake_id?: string;
          updated_at?: string;
          url?: string;
        };
        Relationships: [
          {
            foreignKeyName: "intake_links_intake_id_fkey";
            columns: ["intake_id"];
            isOneToOne: true;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
        ];
      };
      intake_messages: {
        Row: {
          audience: string;
          body: string;
          created_at: string;
          id: string;
          intake_id: string;
          recipients: number;
          sender_id: string | null;
          subject: string;
        };
        ComputedFields: never;
        Insert: {
          audience: string;
          body: string;
          created_at?: string;
          id?: string;
          intake_id: string;
          recipients?: number;
          sender_id?: string | null;
          subject: string;
        };
        Update: {
          audience?: string;
          body?: string;
          created_at?: string;
          id?: string;
          intake_id?: string;
          recipients?: number;
          sender_id?: string | null;
          subject?: string;
        };
        Relationships: [
          {
            foreignKeyName: "intake_messages_intake_id_fkey";
            columns: ["intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "intake_messages_sender_id_fkey";
            columns: ["sender_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      intake_sessions: {
        Row: {
          created_at: string;
          ends_at: string;
          id: string;
          intake_id: string;
          location: string | null;
          starts_at: string;
          title: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          ends_at: string;
          id?: string;
          intake_id: string;
          location?: string | null;
          starts_at: string;
          title: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          ends_at?: string;
          id?: string;
          intake_id?: string;
          location?: string | null;
          starts_at?: string;
          title?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "intake_sessions_intake_id_fkey";
            columns: ["intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
        ];
      };
      intakes: {
        Row: {
          access_days: number | null;
          auto_cancel: boolean;
          cancel_days_after_purchase: number | null;
          cancel_days_before_start: number | null;
          cancel_progress_percent: number | null;
          cancel_reason: string | null;
          cancelled_at: string | null;
          created_at: string;
          decide_at: string | null;
          decided_at: string | null;
          ends_at: string | null;
          enroll_closes_at: string | null;
          enroll_opens_at: string;
          has_waitlist: boolean;
          id: string;
          location: string | null;
          min_seats: number | null;
          product_id: string;
          seats: number | null;
          starts_at: string | null;
          status: string;
          time_zone: string;
          title: string;
          translations: NonNullable<Json>;
          updated_at: string;
          variant_id: string;
          wound_up_at: string | null;
          guaranteed: boolean | null;
        };
        ComputedFields: "guaranteed";
        Insert: {
          access_days?: number | null;
          auto_cancel?: boolean;
          cancel_days_after_purchase?: number | null;
          cancel_days_before_start?: number | null;
          cancel_progress_percent?: number | null;
          cancel_reason?: string | null;
          cancelled_at?: string | null;
          created_at?: string;
          decide_at?: string | null;
          decided_at?: string | null;
          ends_at?: string | null;
          enroll_closes_at?: string | null;
          enroll_opens_at?: string;
          has_waitlist?: boolean;
          id?: string;
          location?: string | null;
          min_seats?: number | null;
          product_id: string;
          seats?: number | null;
          starts_at?: string | null;
          status?: string;
          time_zone?: string;
          title: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
          variant_id: string;
          wound_up_at?: string | null;
        };
        Update: {
          access_days?: number | null;
          auto_cancel?: boolean;
          cancel_days_after_purchase?: number | null;
          cancel_days_before_start?: number | null;
          cancel_progress_percent?: number | null;
          cancel_reason?: string | null;
          cancelled_at?: string | null;
          created_at?: string;
          decide_at?: string | null;
          decided_at?: string | null;
          ends_at?: string | null;
          enroll_closes_at?: string | null;
          enroll_opens_at?: string;
          has_waitlist?: boolean;
          id?: string;
          location?: string | null;
          min_seats?: number | null;
          product_id?: string;
          seats?: number | null;
          starts_at?: string | null;
          status?: string;
          time_zone?: string;
          title?: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
          variant_id?: string;
          wound_up_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "intakes_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "courses";
            referencedColumns: ["product_id"];
          },
          {
            foreignKeyName: "intakes_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: true;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      invoice_lines: {
        Row: {
          discount_amount: number;
          invoice_id: string;
          position: number;
          quantity: number;
          sku: string | null;
          subtotal_amount: number;
          tax_amount: number;
          tax_included_amount: number;
          taxes: NonNullable<Json>;
          title: string;
          total_amount: number;
          unit_amount: number;
        };
        ComputedFields: never;
        Insert: {
          discount_amount?: number;
          invoice_id: string;
          position: number;
          quantity: number;
          sku?: string | null;
          subtotal_amount: number;
          tax_amount?: number;
          tax_included_amount?: number;
          taxes?: NonNullable<Json>;
          title: string;
          total_amount: number;
          unit_amount: number;
        };
        Update: {
          discount_amount?: number;
          invoice_id?: string;
          position?: number;
          quantity?: number;
          sku?: string | null;
          subtotal_amount?: number;
          tax_amount?: number;
          tax_included_amount?: number;
          taxes?: NonNullable<Json>;
          title?: string;
          total_amount?: number;
          unit_amount?: number;
        };
        Relationships: [
          {
            foreignKeyName: "invoice_lines_invoice_id_fkey";
            columns: ["invoice_id"];
            isOneToOne: false;
            referencedRelation: "invoices";
            referencedColumns: ["id"];
          },
        ];
      };
      invoices: {
        Row: {
          buyer_address: string | null;
          buyer_email: string | null;
          buyer_name: string;
          buyer_tax_id: string | null;
          corrects_id: string | null;
          currency: string;
          discount_amount: number;
          id: string;
          issued_at: string;
          kind: string;
          locale: string;
          minor_units: number;
          number: string;
          order_id: string;
          paid_on: string | null;
          pdf_bytes: number | null;
          pdf_path: string | null;
          pdf_sha256: string | null;
          refund_id: string | null;
          seller_address: string;
          seller_name: string;
          seller_tax_id: string;
          serial: number;
          shipping_amount: number;
          shipping_tax_amount: number;
          shipping_tax_included_amount: number;
          shipping_taxes: NonNullable<Json>;
          shipping_title: string | null;
          subtotal_amount: number;
          tax_amount: number;
          tax_included_amount: number;
          time_zone: string;
          total_amount: number;
          transaction_id: string | null;
          year: number;
        };
        ComputedFields: never;
        Insert: {
          buyer_address?: string | null;
          buyer_email?: string | null;
          buyer_name: string;
          buyer_tax_id?: string | null;
          corrects_id?: string | null;
          currency: string;
          discount_amount?: number;
          id?: string;
          issued_at: string;
          kind: string;
          locale: string;
          minor_units: number;
          number?: never;
          order_id: string;
          paid_on?: string | null;
          pdf_bytes?: number | null;
          pdf_path?: string | null;
          pdf_sha256?: string | null;
          refund_id?: string | null;
          seller_address: string;
          seller_name: string;
          seller_tax_id: string;
          serial: number;
          shipping_amount?: number;
          shipping_tax_amount?: number;
          shipping_tax_included_amount?: number;
          shipping_taxes?: NonNullable<Json>;
          shipping_title?: string | null;
          subtotal_amount: number;
          tax_amount?: number;
          tax_included_amount?: number;
          time_zone: string;
          total_amount: number;
          transaction_id?: string | null;
          year: number;
        };
        Update: {
          buyer_address?: string | null;
          buyer_email?: string | null;
          buyer_name?: string;
          buyer_tax_id?: string | null;
          corrects_id?: string | null;
          currency?: string;
          discount_amount?: number;
          id?: string;
          issued_at?: string;
          kind?: string;
          locale?: string;
          minor_units?: number;
          number?: never;
          order_id?: string;
          paid_on?: string | null;
          pdf_bytes?: number | null;
          pdf_path?: string | null;
          pdf_sha256?: string | null;
          refund_id?: string | null;
          seller_address?: string;
          seller_name?: string;
          seller_tax_id?: string;
          serial?: number;
          shipping_amount?: number;
          shipping_tax_amount?: number;
          shipping_tax_included_amount?: number;
          shipping_taxes?: NonNullable<Json>;
          shipping_title?: string | null;
          subtotal_amount?: number;
          tax_amount?: number;
          tax_included_amount?: number;
          time_zone?: string;
          total_amount?: number;
          transaction_id?: string | null;
          year?: number;
        };
        Relationships: [
          {
            foreignKeyName: "invoices_corrects_id_fkey";
            columns: ["corrects_id"];
            isOneToOne: false;
            referencedRelation: "invoices";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "invoices_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "invoices_refund_id_fkey";
            columns: ["refund_id"];
            isOneToOne: false;
            referencedRelation: "refunds";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "invoices_transaction_id_fkey";
            columns: ["transaction_id"];
            isOneToOne: false;
            referencedRelation: "ledger_transactions";
            referencedColumns: ["id"];
          },
        ];
      };
      learning_files: {
        Row: {
          arrived_at: string | null;
          bytes: number;
          content_type: string;
          created_at: string;
          enrollment_id: string | null;
          file_name: string;
          id: string;
          lesson_id: string;
          owner_id: string;
          path: string;
          product_id: string;
          submission_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          arrived_at?: string | null;
          bytes: number;
          content_type: string;
          created_at?: string;
          enrollment_id?: string | null;
          file_name: string;
          id?: string;
          lesson_id: string;
          owner_id: string;
          path?: never;
          product_id: string;
          submission_id?: string | null;
        };
        Update: {
          arrived_at?: string | null;
          bytes?: number;
          content_type?: string;
          created_at?: string;
          enrollment_id?: string | null;
          file_name?: string;
          id?: string;
          lesson_id?: string;
          owner_id?: string;
          path?: never;
          product_id?: string;
          submission_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "learning_files_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "learning_files_lesson_id_product_id_fkey";
            columns: ["lesson_id", "product_id"];
            isOneToOne: false;
            referencedRelation: "lessons";
            referencedColumns: ["id", "product_id"];
          },
          {
            foreignKeyName: "learning_files_owner_id_fkey";
            columns: ["owner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "learning_files_submission_id_fkey";
            columns: ["submission_id"];
            isOneToOne: false;
            referencedRelation: "submissions";
            referencedColumns: ["id"];
          },
        ];
      };
      ledger_accounts: {
        Row: {
          code: string;
          kind: string;
          name: string;
        };
        ComputedFields: never;
        Insert: {
          code: string;
          kind: string;
          name: string;
        };
        Update: {
          code?: string;
          kind?: string;
          name?: string;
        };
        Relationships: [];
      };
      ledger_entries: {
        Row: {
          account: string;
          amount: number;
          currency: string;
          id: number;
          transaction_id: string;
        };
        ComputedFields: never;
        Insert: {
          account: string;
          amount: number;
          currency: string;
          id?: never;
          transaction_id: string;
        };
        Update: {
          account?: string;
          amount?: number;
          currency?: string;
          id?: never;
          transaction_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ledger_entries_account_fkey";
            columns: ["account"];
            isOneToOne: false;
            referencedRelation: "ledger_accounts";
            referencedColumns: ["code"];
          },
          {
            foreignKeyName: "ledger_entries_transaction_id_fkey";
            columns: ["transaction_id"];
            isOneToOne: false;
            referencedRelation: "ledger_transactions";
            referencedColumns: ["id"];
          },
        ];
      };
      ledger_transactions: {
        Row: {
          effect_key: string;
          id: string;
          order_id: string | null;
          posted_at: string;
        };
        ComputedFields: never;
        Insert: {
          effect_key: string;
          id?: string;
          order_id?: string | null;
          posted_at?: string;
        };
        Update: {
          effect_key?: string;
          id?: string;
          order_id?: string | null;
          posted_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "ledger_transactions_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
        ];
      };
      lesson_contents: {
        Row: {
          body: string;
          created_at: string;
          file_id: string | null;
          lesson_id: string;
          product_id: string;
          translations: NonNullable<Json>;
          updated_at: string;
          video_url: string | null;
        };
        ComputedFields: never;
        Insert: {
          body?: string;
          created_at?: string;
          file_id?: string | null;
          lesson_id: string;
          product_id: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
          video_url?: string | null;
        };
        Update: {
          body?: string;
          created_at?: string;
          file_id?: string | null;
          lesson_id?: string;
          product_id?: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
          video_url?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "lesson_contents_file_id_lesson_id_fkey";
            columns: ["file_id", "lesson_id"];
            isOneToOne: false;
            referencedRelation: "learning_files";
            referencedColumns: ["id", "lesson_id"];
          },
          {
            foreignKeyName: "lesson_contents_lesson_id_product_id_fkey";
            columns: ["lesson_id", "product_id"];
            isOneToOne: false;
            referencedRelation: "lessons";
            referencedColumns: ["id", "product_id"];
          },
        ];
      };
      lesson_progress: {
        Row: {
          completed_at: string | null;
          created_at: string;
          enrollment_id: string;
          learner_id: string;
          lesson_id: string;
          product_id: string;
          score_percent: number | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          completed_at?: string | null;
          created_at?: string;
          enrollment_id: string;
          learner_id: string;
          lesson_id: string;
          product_id: string;
          score_percent?: number | null;
          updated_at?: string;
        };
        Update: {
          completed_at?: string | null;
          created_at?: string;
          enrollment_id?: string;
          learner_id?: string;
          lesson_id?: string;
          product_id?: string;
          score_percent?: number | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "lesson_progress_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "lesson_progress_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "lesson_progress_lesson_id_product_id_fkey";
            columns: ["lesson_id", "product_id"];
            isOneToOne: false;
            referencedRelation: "lessons";
            referencedColumns: ["id", "product_id"];
          },
        ];
      };
      lessons: {
        Row: {
          created_at: string;
          duration_minutes: number | null;
          id: string;
          is_preview: boolean;
          is_required: boolean;
          kind: string;
          max_attempts: number | null;
          opens_after_days: number | null;
          opens_at: string | null;
          pass_percent: number | null;
          position: number;
          product_id: string;
          section_id: string;
          time_limit_minutes: number | null;
          title: string;
          translations: NonNullable<Json>;
          updated_at: string;
          withdrawn_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          duration_minutes?: number | null;
          id?: string;
          is_preview?: boolean;
          is_required?: boolean;
          kind: string;
          max_attempts?: number | null;
          opens_after_days?: number | null;
          opens_at?: string | null;
          pass_percent?: number | null;
          position?: number;
          product_id: string;
          section_id: string;
          time_limit_minutes?: number | null;
          title: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
          withdrawn_at?: string | null;
        };
        Update: {
          created_at?: string;
          duration_minutes?: number | null;
          id?: string;
          is_preview?: boolean;
          is_required?: boolean;
          kind?: string;
          max_attempts?: number | null;
          opens_after_days?: number | null;
          opens_at?: string | null;
          pass_percent?: number | null;
          position?: number;
          product_id?: string;
          section_id?: string;
          time_limit_minutes?: number | null;
          title?: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
          withdrawn_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "lessons_section_id_product_id_fkey";
            columns: ["section_id", "product_id"];
            isOneToOne: false;
            referencedRelation: "course_sections";
            referencedColumns: ["id", "product_id"];
          },
        ];
      };
      locations: {
        Row: {
          code: string;
          created_at: string;
          deactivated_at: string | null;
          id: string;
          kind: string;
          name: string;
          priority: number;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          code: string;
          created_at?: string;
          deactivated_at?: string | null;
          id?: string;
          kind?: string;
          name: string;
          priority?: number;
          updated_at?: string;
        };
        Update: {
          code?: string;
          created_at?: string;
          deactivated_at?: string | null;
          id?: string;
          kind?: string;
          name?: string;
          priority?: number;
          updated_at?: string;
        };
        Relationships: [];
      };
      media: {
        Row: {
          alt: string;
          byte_size: number | null;
          created_at: string;
          height: number | null;
          id: string;
          mime_type: string | null;
          path: string;
          position: number;
          product_id: string;
          ready_at: string | null;
          sha256: string | null;
          translations: NonNullable<Json>;
          variant_id: string | null;
          width: number | null;
        };
        ComputedFields: never;
        Insert: {
          alt?: string;
          byte_size?: number | null;
          created_at?: string;
          height?: number | null;
          id?: string;
          mime_type?: string | null;
          path?: never;
          position?: number;
          product_id: string;
          ready_at?: string | null;
          sha256?: string | null;
          translations?: NonNullable<Json>;
          variant_id?: string | null;
          width?: number | null;
        };
        Update: {
          alt?: string;
          byte_size?: number | null;
          created_at?: string;
          height?: number | null;
          id?: string;
          mime_type?: string | null;
          path?: never;
          position?: number;
          product_id?: string;
          ready_at?: string | null;
          sha256?: string | null;
          translations?: NonNullable<Json>;
          variant_id?: string | null;
          width?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "media_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "media_show_a_variant_of_their_product";
            columns: ["variant_id", "product_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id", "product_id"];
          },
        ];
      };
      notifications: {
        Row: {
          channel: string;
          content: string;
          correlation_id: string | null;
          created_at: string;
          effect_key: string;
          error: string | null;
          id: string;
          profile_id: string | null;
          read_at: string | null;
          recipient: string;
          sent_at: string | null;
          status: string;
          subject: string;
          type: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          channel: string;
          content: string;
          correlation_id?: string | null;
          created_at?: string;
          effect_key: string;
          error?: string | null;
          id?: string;
          profile_id?: string | null;
          read_at?: string | null;
          recipient: string;
          sent_at?: string | null;
          status?: string;
          subject: string;
          type: string;
          updated_at?: string;
        };
        Update: {
          channel?: string;
          content?: string;
          correlation_id?: string | null;
          created_at?: string;
          effect_key?: string;
          error?: string | null;
          id?: string;
          profile_id?: string | null;
          read_at?: string | null;
          recipient?: string;
          sent_at?: string | null;
          status?: string;
          subject?: string;
          type?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "notifications_profile_id_fkey";
            columns: ["profile_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      order_edits: {
        Row: {
          after: NonNullable<Json>;
          before: NonNullable<Json>;
          edited_at: string;
          editor_id: string | null;
          id: string;
          order_id: string;
          reason: string | null;
          supplement_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          after: NonNullable<Json>;
          before: NonNullable<Json>;
          edited_at?: string;
          editor_id?: string | null;
          id?: string;
          order_id: string;
          reason?: string | null;
          supplement_id?: string | null;
        };
        Update: {
          after?: NonNullable<Json>;
          before?: NonNullable<Json>;
          edited_at?: string;
          editor_id?: string | null;
          id?: string;
          order_id?: string;
          reason?: string | null;
          supplement_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "order_edits_editor_id_fkey";
            columns: ["editor_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_edits_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_edits_supplement_id_fkey";
            columns: ["supplement_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
        ];
      };
      order_items: {
        Row: {
          backordered_quantity: number;
          discount_amount: number;
          id: string;
          kind: string;
          order_id: string;
          parent_id: string | null;
          pricing: NonNullable<Json>;
          quantity: number;
          refunded_quantity: number;
          ships_at: string | null;
          sku: string;
          snapshot: NonNullable<Json>;
          subtotal_amount: number;
          tax_amount: number;
          tax_included_amount: number;
          title: string;
          total_amount: number;
          unit_amount: number;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          backordered_quantity?: number;
          discount_amount?: number;
          id?: string;
          kind: string;
          order_id: string;
          parent_id?: string | null;
          pricing?: NonNullable<Json>;
          quantity: number;
          refunded_quantity?: number;
          ships_at?: string | null;
          sku: string;
          snapshot?: NonNullable<Json>;
          subtotal_amount: number;
          tax_amount?: number;
          tax_included_amount?: number;
          title: string;
          total_amount: number;
          unit_amount: number;
          variant_id: string;
        };
        Update: {
          backordered_quantity?: number;
          discount_amount?: number;
          id?: string;
          kind?: string;
          order_id?: string;
          parent_id?: string | null;
          pricing?: NonNullable<Json>;
          quantity?: number;
          refunded_quantity?: number;
          ships_at?: string | null;
          sku?: string;
          snapshot?: NonNullable<Json>;
          subtotal_amount?: number;
          tax_amount?: number;
          tax_included_amount?: number;
          title?: string;
          total_amount?: number;
          unit_amount?: number;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "order_items_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_items_parent_id_fkey";
            columns: ["parent_id"];
            isOneToOne: false;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_items_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      order_notes: {
        Row: {
          author_id: string | null;
          author_kind: string;
          body: string;
          id: string;
          order_id: string;
          visible_to_customer: boolean;
          written_at: string;
        };
        ComputedFields: never;
        Insert: {
          author_id?: string | null;
          author_kind: string;
          body: string;
          id?: string;
          order_id: string;
          visible_to_customer: boolean;
          written_at?: string;
        };
        Update: {
          author_id?: string | null;
          author_kind?: string;
          body?: string;
          id?: string;
          order_id?: string;
          visible_to_customer?: boolean;
          written_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "order_notes_author_id_fkey";
            columns: ["author_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_notes_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
        ];
      };
      orders: {
        Row: {
          cancel_reason: string | null;
          cancelled_at: string | null;
          completed_at: string | null;
          currency: string;
          customer_id: string;
          delivered_at: string | null;
          discount_amount: number;
          expires_at: string | null;
          id: string;
          number: string;
          organisation_id: string | null;
          owed_reason: string | null;
          paid_at: string | null;
          placed_at: string;
          processing_at: string | null;
          purpose: string | null;
          shipped_at: string | null;
          shipping_address: Json | null;
          shipping_amount: number;
          shipping_discount_amount: number;
          shipping_method: Json | null;
          shipping_pricing: Json | null;
          shipping_refunded_amount: number;
          shipping_tax_amount: number;
          shipping_tax_included_amount: number;
          status: string;
          subtotal_amount: number;
          tax_amount: number;
          tax_country: string | null;
          tax_included_amount: number;
          tax_province: string | null;
          total_amount: number;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          cancel_reason?: string | null;
          cancelled_at?: string | null;
          completed_at?: string | null;
          currency: string;
          customer_id: string;
          delivered_at?: string | null;
          discount_amount?: number;
          expires_at?: string | null;
          id?: string;
          number?: string;
          organisation_id?: string | null;
          owed_reason?: string | null;
          paid_at?: string | null;
          placed_at?: string;
          processing_at?: string | null;
          purpose?: string | null;
          shipped_at?: string | null;
          shipping_address?: Json | null;
          shipping_amount?: number;
          shipping_discount_amount?: number;
          shipping_method?: Json | null;
          shipping_pricing?: Json | null;
          shipping_refunded_amount?: number;
          shipping_tax_amount?: number;
          shipping_tax_included_amount?: number;
          status: string;
          subtotal_amount: number;
          tax_amount?: number;
          tax_country?: string | null;
          tax_included_amount?: number;
          tax_province?: string | null;
          total_amount: number;
          updated_at?: string;
        };
        Update: {
          cancel_reason?: string | null;
          cancelled_at?: string | null;
          completed_at?: string | null;
          currency?: string;
          customer_id?: string;
          delivered_at?: string | null;
          discount_amount?: number;
          expires_at?: string | null;
          id?: string;
          number?: string;
          organisation_id?: string | null;
          owed_reason?: string | null;
          paid_at?: string | null;
          placed_at?: string;
          processing_at?: string | null;
          purpose?: string | null;
          shipped_at?: string | null;
          shipping_address?: Json | null;
          shipping_amount?: number;
          shipping_discount_amount?: number;
          shipping_method?: Json | null;
          shipping_pricing?: Json | null;
          shipping_refunded_amount?: number;
          shipping_tax_amount?: number;
          shipping_tax_included_amount?: number;
          status?: string;
          subtotal_amount?: number;
          tax_amount?: number;
          tax_country?: string | null;
          tax_included_amount?: number;
          tax_province?: string | null;
          total_amount?: number;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "orders_customer_id_fkey";
            columns: ["customer_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "orders_organisation_id_fkey";
            columns: ["organisation_id"];
            isOneToOne: false;
            referencedRelation: "organisations";
            referencedColumns: ["id"];
          },
        ];
      };
      organisation_invites: {
        Row: {
          claimed_at: string | null;
          created_at: string;
          email: string | null;
          expires_at: string;
          id: string;
          intake_id: string;
          invited_by: string | null;
          organisation_id: string;
          revoked_at: string | null;
          seat_id: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          claimed_at?: string | null;
          created_at?: string;
          email?: string | null;
          expires_at: string;
          id?: string;
          intake_id: string;
          invited_by?: string | null;
          organisation_id: string;
          revoked_at?: string | null;
          seat_id?: string | null;
          updated_at?: string;
        };
        Update: {
          claimed_at?: string | null;
          created_at?: string;
          email?: string | null;
          expires_at?: string;
          id?: string;
          intake_id?: string;
          invited_by?: string | null;
          organisation_id?: string;
          revoked_at?: string | null;
          seat_id?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "organisation_invites_intake_id_fkey";
            columns: ["intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "organisation_invites_invited_by_fkey";
            columns: ["invited_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "organisation_invites_organisation_id_fkey";
            columns: ["organisation_id"];
            isOneToOne: false;
            referencedRelation: "organisations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "organisation_invites_seat_id_fkey";
            columns: ["seat_id"];
            isOneToOne: false;
            referencedRelation: "organisation_seats";
            referencedColumns: ["id"];
          },
        ];
      };
      organisation_members: {
        Row: {
          created_at: string;
          organisation_id: string;
          profile_id: string;
          role: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          organisation_id: string;
          profile_id: string;
          role?: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          organisation_id?: string;
          profile_id?: string;
          role?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "organisation_members_organisation_id_fkey";
            columns: ["organisation_id"];
            isOneToOne: false;
            referencedRelation: "organisations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "organisation_members_profile_id_fkey";
            columns: ["profile_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      organisation_seats: {
        Row: {
          created_at: string;
          enrollment_id: string | null;
          id: string;
          intake_id: string;
          learner_id: string | null;
          order_item_id: string;
          organisation_id: string;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          enrollment_id?: string | null;
          id?: string;
          intake_id: string;
          learner_id?: string | null;
          order_item_id: string;
          organisation_id: string;
          status?: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          enrollment_id?: string | null;
          id?: string;
          intake_id?: string;
          learner_id?: string | null;
          order_item_id?: string;
          organisation_id?: string;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "organisation_seats_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "organisation_seats_intake_id_fkey";
            columns: ["intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "organisation_seats_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "organisation_seats_order_item_id_fkey";
            columns: ["order_item_id"];
            isOneToOne: false;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "organisation_seats_organisation_id_fkey";
            columns: ["organisation_id"];
            isOneToOne: false;
            referencedRelation: "organisations";
            referencedColumns: ["id"];
          },
        ];
      };
      organisations: {
        Row: {
          billing_address: string | null;
          billing_email: string | null;
          billing_name: string;
          created_at: string;
          created_by: string | null;
          id: string;
          name: string;
          tax_number: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          billing_address?: string | null;
          billing_email?: string | null;
          billing_name: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          name: string;
          tax_number?: string | null;
          updated_at?: string;
        };
        Update: {
          billing_address?: string | null;
          billing_email?: string | null;
          billing_name?: string;
          created_at?: string;
          created_by?: string | null;
          id?: string;
          name?: string;
          tax_number?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "organisations_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      payment_methods: {
        Row: {
          brand: string;
          created_at: string;
          default_since: string | null;
          exp_month: number | null;
          exp_year: number | null;
          id: string;
          kind: string;
          last4: string | null;
          person_id: string;
          removed_at: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          brand: string;
          created_at?: string;
          default_since?: string | null;
          exp_month?: number | null;
          exp_year?: number | null;
          id?: string;
          kind: string;
          last4?: string | null;
          person_id: string;
          removed_at?: string | null;
          updated_at?: string;
        };
        Update: {
          brand?: string;
          created_at?: string;
          default_since?: string | null;
          exp_month?: number | null;
          exp_year?: number | null;
          id?: string;
          kind?: string;
          last4?: string | null;
          person_id?: string;
          removed_at?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "payment_methods_person_id_fkey";
            columns: ["person_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      payment_proofs: {
        Row: {
          byte_size: number | null;
          created_at: string;
          id: string;
          mime_type: string | null;
          payment_id: string;
          reason: string | null;
          reviewed_at: string | null;
          reviewed_by: string | null;
          sha256: string | null;
          status: string;
          submitted_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          byte_size?: number | null;
          created_at?: string;
          id?: string;
          mime_type?: string | null;
          payment_id: string;
          reason?: string | null;
          reviewed_at?: string | null;
          reviewed_by?: string | null;
          sha256?: string | null;
          status?: string;
          submitted_at?: string | null;
        };
        Update: {
          byte_size?: number | null;
          created_at?: string;
          id?: string;
          mime_type?: string | null;
          payment_id?: string;
          reason?: string | null;
          reviewed_at?: string | null;
          reviewed_by?: string | null;
          sha256?: string | null;
          status?: string;
          submitted_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "payment_proofs_payment_id_fkey";
            columns: ["payment_id"];
            isOneToOne: false;
            referencedRelation: "payments";
            referencedColumns: ["id"];
          },
        ];
      };
      payments: {
        Row: {
          amount: number;
          attempt: number;
          authorized_amount: number;
          authorized_until: string | null;
          capture_asked_amount: number | null;
          capture_asked_at: string | null;
          capture_method: string;
          captured_amount: number;
          checkout_url: string | null;
          created_at: string;
          currency: string;
          disputed_amount: number;
          exchanged_amount: number;
          expires_at: string | null;
          failure_code: string | null;
          failure_message: string | null;
          gift_card_id: string | null;
          id: string;
          method: string;
          order_id: string;
          origin_id: string | null;
          provider: string;
          provider_payment_id: string | null;
          reference: string | null;
          refunded_amount: number;
          session_id: string | null;
          settled_at: string | null;
          status: string;
          updated_at: string;
          void_asked_at: string | null;
          void_reason: string | null;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          attempt: number;
          authorized_amount?: number;
          authorized_until?: string | null;
          capture_asked_amount?: number | null;
          capture_asked_at?: string | null;
          capture_method?: string;
          captured_amount?: number;
          checkout_url?: string | null;
          created_at?: string;
          currency: string;
          disputed_amount?: number;
          exchanged_amount?: number;
          expires_at?: string | null;
          failure_code?: string | null;
          failure_message?: string | null;
          gift_card_id?: string | null;
          id?: string;
          method?: string;
          order_id: string;
          origin_id?: string | null;
          provider?: string;
          provider_payment_id?: string | null;
          reference?: string | null;
          refunded_amount?: number;
          session_id?: string | null;
          settled_at?: string | null;
          status?: string;
          updated_at?: string;
          void_asked_at?: string | null;
          void_reason?: string | null;
        };
        Update: {
          amount?: number;
          attempt?: number;
          authorized_amount?: number;
          authorized_until?: string | null;
          capture_asked_amount?: number | null;
          capture_asked_at?: string | null;
          capture_method?: string;
          captured_amount?: number;
          checkout_url?: string | null;
          created_at?: string;
          currency?: string;
          disputed_amount?: number;
          exchanged_amount?: number;
          expires_at?: string | null;
          failure_code?: string | null;
          failure_message?: string | null;
          gift_card_id?: string | null;
          id?: string;
          method?: string;
          order_id?: string;
          origin_id?: string | null;
          provider?: string;
          provider_payment_id?: string | null;
          reference?: string | null;
          refunded_amount?: number;
          session_id?: string | null;
          settled_at?: string | null;
          status?: string;
          updated_at?: string;
          void_asked_at?: string | null;
          void_reason?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "payments_gift_card_id_fkey";
            columns: ["gift_card_id"];
            isOneToOne: false;
            referencedRelation: "gift_cards";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "payments_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "payments_origin_id_fkey";
            columns: ["origin_id"];
            isOneToOne: false;
            referencedRelation: "payments";
            referencedColumns: ["id"];
          },
        ];
      };
      payouts: {
        Row: {
          amount: number;
          cancel_reason: string | null;
          cancelled_at: string | null;
          currency: string;
          fee_amount: number;
          id: string;
          provider: string;
          recorded_at: string;
          recorded_by: string | null;
          reference: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          cancel_reason?: string | null;
          cancelled_at?: string | null;
          currency: string;
          fee_amount?: number;
          id?: string;
          provider: string;
          recorded_at?: string;
          recorded_by?: string | null;
          reference: string;
        };
        Update: {
          amount?: number;
          cancel_reason?: string | null;
          cancelled_at?: string | null;
          currency?: string;
          fee_amount?: number;
          id?: string;
          provider?: string;
          recorded_at?: string;
          recorded_by?: string | null;
          reference?: string;
        };
        Relationships: [
          {
            foreignKeyName: "payouts_recorded_by_fkey";
            columns: ["recorded_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      permissions: {
        Row: {
          description: string;
          name: string;
        };
        ComputedFields: never;
        Insert: {
          description: string;
          name: string;
        };
        Update: {
          description?: string;
          name?: string;
        };
        Relationships: [];
      };
      price_list_prices: {
        Row: {
          amount: number;
          currency: string;
          min_quantity: number;
          price_list_id: string;
          updated_at: string;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          currency: string;
          min_quantity?: number;
          price_list_id: string;
          updated_at?: string;
          variant_id: string;
        };
        Update: {
          amount?: number;
          currency?: string;
          min_quantity?: number;
          price_list_id?: string;
          updated_at?: string;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "price_list_prices_currency_fkey";
            columns: ["currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
          {
            foreignKeyName: "price_list_prices_price_list_id_fkey";
            columns: ["price_list_id"];
            isOneToOne: false;
            referencedRelation: "price_lists";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "price_list_prices_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      price_lists: {
        Row: {
          created_at: string;
          customer_group_id: string | null;
          ends_at: string | null;
          id: string;
          name: string;
          starts_at: string | null;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          customer_group_id?: string | null;
          ends_at?: string | null;
          id?: string;
          name: string;
          starts_at?: string | null;
          status?: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          customer_group_id?: string | null;
          ends_at?: string | null;
          id?: string;
          name?: string;
          starts_at?: string | null;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "price_lists_customer_group_id_fkey";
            columns: ["customer_group_id"];
            isOneToOne: false;
            referencedRelation: "customer_groups";
            referencedColumns: ["id"];
          },
        ];
      };
      prices: {
        Row: {
          amount: number;
          created_at: string;
          currency: string;
          id: string;
          updated_at: string;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          created_at?: string;
          currency: string;
          id?: string;
          updated_at?: string;
          variant_id: string;
        };
        Update: {
          amount?: number;
          created_at?: string;
          currency?: string;
          id?: string;
          updated_at?: string;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "prices_currency_fkey";
            columns: ["currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
          {
            foreignKeyName: "prices_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      processes: {
        Row: {
          attempts: number;
          correlation_id: string | null;
          created_at: string;
          error: string | null;
          event_id: number | null;
          finished_at: string | null;
          id: string;
          message: string | null;
          progress: number | null;
          reported_at: string | null;
          started_at: string | null;
          status: string;
          subject_id: string | null;
          subject_type: string;
          task: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          attempts?: number;
          correlation_id?: string | null;
          created_at?: string;
          error?: string | null;
          event_id?: number | null;
          finished_at?: string | null;
          id?: string;
          message?: string | null;
          progress?: number | null;
          reported_at?: string | null;
          started_at?: string | null;
          status?: string;
          subject_id?: string | null;
          subject_type: string;
          task: string;
          updated_at?: string;
        };
        Update: {
          attempts?: number;
          correlation_id?: string | null;
          created_at?: string;
          error?: string | null;
          event_id?: number | null;
          finished_at?: string | null;
          id?: string;
          message?: string | null;
          progress?: number | null;
          reported_at?: string | null;
          started_at?: string | null;
          status?: string;
          subject_id?: string | null;
          subject_type?: string;
          task?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "processes_event_id_fkey";
            columns: ["event_id"];
            isOneToOne: false;
            referencedRelation: "events";
            referencedColumns: ["id"];
          },
        ];
      };
      product_option_values: {
        Row: {
          id: string;
          option_id: string;
          position: number;
          title: string;
          translations: NonNullable<Json>;
        };
        ComputedFields: never;
        Insert: {
          id?: string;
          option_id: string;
          position?: number;
          title: string;
          translations?: NonNullable<Json>;
        };
        Update: {
          id?: string;
          option_id?: string;
          position?: number;
          title?: string;
          translations?: NonNullable<Json>;
        };
        Relationships: [
          {
            foreignKeyName: "product_option_values_option_id_fkey";
            columns: ["option_id"];
            isOneToOne: false;
            referencedRelation: "product_options";
            referencedColumns: ["id"];
          },
        ];
      };
      product_options: {
        Row: {
          id: string;
          position: number;
          product_id: string;
          title: string;
          translations: NonNullable<Json>;
        };
        ComputedFields: never;
        Insert: {
          id?: string;
          position?: number;
          product_id: string;
          title: string;
          translations?: NonNullable<Json>;
        };
        Update: {
          id?: string;
          position?: number;
          product_id?: string;
          title?: string;
          translations?: NonNullable<Json>;
        };
        Relationships: [
          {
            foreignKeyName: "product_options_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      products: {
        Row: {
          attributes: NonNullable<Json>;
          category_id: string | null;
          created_at: string;
          description: string;
          id: string;
          image_url: string | null;
          kind: string;
          publish_at: string | null;
          slug: string;
          status: string;
          summary: string;
          tags: string[];
          tax_category: string;
          title: string;
          translations: NonNullable<Json>;
          unpublish_at: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          attributes?: NonNullable<Json>;
          category_id?: string | null;
          created_at?: string;
          description?: string;
          id?: string;
          image_url?: string | null;
          kind: string;
          publish_at?: string | null;
          slug: string;
          status?: string;
          summary?: string;
          tags?: string[];
          tax_category?: string;
          title: string;
          translations?: NonNullable<Json>;
          unpublish_at?: string | null;
          updated_at?: string;
        };
        Update: {
          attributes?: NonNullable<Json>;
          category_id?: string | null;
          created_at?: string;
          description?: string;
          id?: string;
          image_url?: string | null;
          kind?: string;
          publish_at?: string | null;
          slug?: string;
          status?: string;
          summary?: string;
          tags?: string[];
          tax_category?: string;
          title?: string;
          translations?: NonNullable<Json>;
          unpublish_at?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "products_category_id_fkey";
            columns: ["category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "products_tax_category_fkey";
            columns: ["tax_category"];
            isOneToOne: false;
            referencedRelation: "tax_categories";
            referencedColumns: ["code"];
          },
        ];
      };
      profiles: {
        Row: {
          closed_at: string | null;
          created_at: string;
          email: string | null;
          first_name: string;
          id: string;
          last_name: string;
          locale: string;
          phone: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          closed_at?: string | null;
          created_at?: string;
          email?: string | null;
          first_name?: string;
          id: string;
          last_name?: string;
          locale?: string;
          phone?: string | null;
          updated_at?: string;
        };
        Update: {
          closed_at?: string | null;
          created_at?: string;
          email?: string | null;
          first_name?: string;
          id?: string;
          last_name?: string;
          locale?: string;
          phone?: string | null;
          updated_at?: string;
        };
        Relationships: [];
      };
      promotion_categories: {
        Row: {
          category_id: string;
          promotion_id: string;
        };
        ComputedFields: never;
        Insert: {
          category_id: string;
          promotion_id: string;
        };
        Update: {
          category_id?: string;
          promotion_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "promotion_categories_category_id_fkey";
            columns: ["category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "promotion_categories_promotion_id_fkey";
            columns: ["promotion_id"];
            isOneToOne: false;
            referencedRelation: "promotions";
            referencedColumns: ["id"];
          },
        ];
      };
      promotion_products: {
        Row: {
          product_id: string;
          promotion_id: string;
        };
        ComputedFields: never;
        Insert: {
          product_id: string;
          promotion_id: string;
        };
        Update: {
          product_id?: string;
          promotion_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "promotion_products_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "promotion_products_promotion_id_fkey";
            columns: ["promotion_id"];
            isOneToOne: false;
            referencedRelation: "promotions";
            referencedColumns: ["id"];
          },
        ];
      };
      promotion_redemptions: {
        Row: {
          amount: number;
          coupon_id: string | null;
          currency: string;
          customer_id: string;
          expires_at: string | null;
          given_back_at: string | null;
          id: string;
          order_id: string;
          promotion_id: string;
          redeemed_at: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          coupon_id?: string | null;
          currency: string;
          customer_id: string;
          expires_at?: string | null;
          given_back_at?: string | null;
          id?: string;
          order_id: string;
          promotion_id: string;
          redeemed_at?: string;
        };
        Update: {
          amount?: number;
          coupon_id?: string | null;
          currency?: string;
          customer_id?: string;
          expires_at?: string | null;
          given_back_at?: string | null;
          id?: string;
          order_id?: string;
          promotion_id?: string;
          redeemed_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "promotion_redemptions_coupon_id_fkey";
            columns: ["coupon_id"];
            isOneToOne: false;
            referencedRelation: "coupons";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "promotion_redemptions_customer_id_fkey";
            columns: ["customer_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "promotion_redemptions_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "promotion_redemptions_promotion_id_fkey";
            columns: ["promotion_id"];
            isOneToOne: false;
            referencedRelation: "promotions";
            referencedColumns: ["id"];
          },
        ];
      };
      promotions: {
        Row: {
          amount: number | null;
          applies_to: string;
          automatic: boolean;
          basis_points: number | null;
          buy_quantity: number | null;
          combinable: boolean;
          created_at: string;
          currency: string | null;
          ends_at: string | null;
          get_quantity: number | null;
          id: string;
          kind: string;
          minimum_amount: number;
          minimum_quantity: number;
          name: string;
          per_user_limit: number | null;
          priority: number;
          starts_at: string | null;
          status: string;
          updated_at: string;
          usage_limit: number | null;
          used_count: number;
        };
        ComputedFields: never;
        Insert: {
          amount?: number | null;
          applies_to?: string;
          automatic?: boolean;
          basis_points?: number | null;
          buy_quantity?: number | null;
          combinable?: boolean;
          created_at?: string;
          currency?: string | null;
          ends_at?: string | null;
          get_quantity?: number | null;
          id?: string;
          kind: string;
          minimum_amount?: number;
          minimum_quantity?: number;
          name: string;
          per_user_limit?: number | null;
          priority?: number;
          starts_at?: string | null;
          status?: string;
          updated_at?: string;
          usage_limit?: number | null;
          used_count?: number;
        };
        Update: {
          amount?: number | null;
          applies_to?: string;
          automatic?: boolean;
          basis_points?: number | null;
          buy_quantity?: number | null;
          combinable?: boolean;
          created_at?: string;
          currency?: string | null;
          ends_at?: string | null;
          get_quantity?: number | null;
          id?: string;
          kind?: string;
          minimum_amount?: number;
          minimum_quantity?: number;
          name?: string;
          per_user_limit?: number | null;
          priority?: number;
          starts_at?: string | null;
          status?: string;
          updated_at?: string;
          usage_limit?: number | null;
          used_count?: number;
        };
        Relationships: [
          {
            foreignKeyName: "promotions_currency_fkey";
            columns: ["currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
        ];
      };
      quiz_attempts: {
        Row: {
          answers: Json | null;
          due_at: string | null;
          enrollment_id: string;
          id: string;
          is_passed: boolean | null;
          learner_id: string;
          lesson_id: string;
          max_attempts: number | null;
          number: number;
          product_id: string;
          score_percent: number | null;
          started_at: string;
          submitted_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          answers?: Json | null;
          due_at?: string | null;
          enrollment_id: string;
          id?: string;
          is_passed?: boolean | null;
          learner_id: string;
          lesson_id: string;
          max_attempts?: number | null;
          number: number;
          product_id: string;
          score_percent?: number | null;
          started_at?: string;
          submitted_at?: string | null;
        };
        Update: {
          answers?: Json | null;
          due_at?: string | null;
          enrollment_id?: string;
          id?: string;
          is_passed?: boolean | null;
          learner_id?: string;
          lesson_id?: string;
          max_attempts?: number | null;
          number?: number;
          product_id?: string;
          score_percent?: number | null;
          started_at?: string;
          submitted_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "quiz_attempts_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "quiz_attempts_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "quiz_attempts_lesson_id_product_id_fkey";
            columns: ["lesson_id", "product_id"];
            isOneToOne: false;
            referencedRelation: "lessons";
            referencedColumns: ["id", "product_id"];
          },
        ];
      };
      refunds: {
        Row: {
          amount: number;
          attempt: number;
          created_at: string;
          currency: string;
          destination: string;
          failed_provider_refund_ids: string[];
          failure: string | null;
          id: string;
          lines: NonNullable<Json>;
          note: string | null;
          order_id: string;
          payment_id: string;
          provider_refund_id: string | null;
          reason: string;
          requested_at: string;
          shipping_amount: number;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          attempt?: number;
          created_at?: string;
          currency: string;
          destination?: string;
          failed_provider_refund_ids?: string[];
          failure?: string | null;
          id?: string;
          lines?: NonNullable<Json>;
          note?: string | null;
          order_id: string;
          payment_id: string;
          provider_refund_id?: string | null;
          reason: string;
          requested_at?: string;
          shipping_amount?: number;
          status?: string;
          updated_at?: string;
        };
        Update: {
          amount?: number;
          attempt?: number;
          created_at?: string;
          currency?: string;
          destination?: string;
          failed_provider_refund_ids?: string[];
          failure?: string | null;
          id?: string;
          lines?: NonNullable<Json>;
          note?: string | null;
          order_id?: string;
          payment_id?: string;
          provider_refund_id?: string | null;
          reason?: string;
          requested_at?: string;
          shipping_amount?: number;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "refunds_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "refunds_payment_id_fkey";
            columns: ["payment_id"];
            isOneToOne: false;
            referencedRelation: "payments";
            referencedColumns: ["id"];
          },
        ];
      };
      renewals: {
        Row: {
          created_at: string;
          days: number;
          enrollment_id: string;
          extended_from: string | null;
          extended_to: string | null;
          learner_id: string;
          order_item_id: string;
          undone_at: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          days: number;
          enrollment_id: string;
          extended_from?: string | null;
          extended_to?: string | null;
          learner_id: string;
          order_item_id: string;
          undone_at?: string | null;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          days?: number;
          enrollment_id?: string;
          extended_from?: string | null;
          extended_to?: string | null;
          learner_id?: string;
          order_item_id?: string;
          undone_at?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "renewals_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "renewals_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "renewals_order_item_id_fkey";
            columns: ["order_item_id"];
            isOneToOne: true;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
        ];
      };
      reports: {
        Row: {
          as_of: string | null;
          created_at: string;
          created_by: string | null;
          finished_at: string | null;
          id: string;
          kind: string;
          parameters: NonNullable<Json>;
          row_count: number | null;
          status: string;
          truncated: boolean | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          as_of?: string | null;
          created_at?: string;
          created_by?: string | null;
          finished_at?: string | null;
          id?: string;
          kind: string;
          parameters: NonNullable<Json>;
          row_count?: number | null;
          status?: string;
          truncated?: boolean | null;
          updated_at?: string;
        };
        Update: {
          as_of?: string | null;
          created_at?: string;
          created_by?: string | null;
          finished_at?: string | null;
          id?: string;
          kind?: string;
          parameters?: NonNullable<Json>;
          row_count?: number | null;
          status?: string;
          truncated?: boolean | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "reports_created_by_fkey";
            columns: ["created_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      reservations: {
        Row: {
          created_at: string;
          expires_at: string;
          holder_id: string;
          id: number;
          location_id: string;
          quantity: number;
          slot: number;
          status: string;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          expires_at: string;
          holder_id: string;
          id?: never;
          location_id: string;
          quantity: number;
          slot: number;
          status?: string;
          variant_id: string;
        };
        Update: {
          created_at?: string;
          expires_at?: string;
          holder_id?: string;
          id?: never;
          location_id?: string;
          quantity?: number;
          slot?: number;
          status?: string;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "reservations_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      results: {
        Row: {
          created_at: string;
          enrollment_id: string;
          learner_id: string;
          passed_at: string | null;
          product_id: string;
          progress_percent: number | null;
          score_percent: number | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          enrollment_id: string;
          learner_id: string;
          passed_at?: string | null;
          product_id: string;
          progress_percent?: number | null;
          score_percent?: number | null;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          enrollment_id?: string;
          learner_id?: string;
          passed_at?: string | null;
          product_id?: string;
          progress_percent?: number | null;
          score_percent?: number | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "results_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: true;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "results_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "results_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "courses";
            referencedColumns: ["product_id"];
          },
        ];
      };
      role_members: {
        Row: {
          granted_at: string;
          granted_by: string | null;
          profile_id: string;
          role: string;
        };
        ComputedFields: never;
        Insert: {
          granted_at?: string;
          granted_by?: string | null;
          profile_id: string;
          role: string;
        };
        Update: {
          granted_at?: string;
          granted_by?: string | null;
          profile_id?: string;
          role?: string;
        };
        Relationships: [
          {
            foreignKeyName: "role_members_profile_id_fkey";
            columns: ["profile_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "role_members_role_fkey";
            columns: ["role"];
            isOneToOne: false;
            referencedRelation: "roles";
            referencedColumns: ["name"];
          },
        ];
      };
      role_permissions: {
        Row: {
          permission: string;
          role: string;
        };
        ComputedFields: never;
        Insert: {
          permission: string;
          role: string;
        };
        Update: {
          permission?: string;
          role?: string;
        };
        Relationships: [
          {
            foreignKeyName: "role_permissions_permission_fkey";
            columns: ["permission"];
            isOneToOne: false;
            referencedRelation: "permissions";
            referencedColumns: ["name"];
          },
          {
            foreignKeyName: "role_permissions_role_fkey";
            columns: ["role"];
            isOneToOne: false;
            referencedRelation: "roles";
            referencedColumns: ["name"];
          },
        ];
      };
      roles: {
        Row: {
          description: string;
          name: string;
        };
        ComputedFields: never;
        Insert: {
          description: string;
          name: string;
        };
        Update: {
          description?: string;
          name?: string;
        };
        Relationships: [];
      };
      seat_grants: {
        Row: {
          created_at: string;
          enrollment_id: string;
          granted_by: string | null;
          reason: string;
          updated_at: string;
          withdraw_reason: string | null;
          withdrawn_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          enrollment_id: string;
          granted_by?: string | null;
          reason: string;
          updated_at?: string;
          withdraw_reason?: string | null;
          withdrawn_at?: string | null;
        };
        Update: {
          created_at?: string;
          enrollment_id?: string;
          granted_by?: string | null;
          reason?: string;
          updated_at?: string;
          withdraw_reason?: string | null;
          withdrawn_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "seat_grants_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: true;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "seat_grants_granted_by_fkey";
            columns: ["granted_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      session_links: {
        Row: {
          created_at: string;
          session_id: string;
          updated_at: string;
          url: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          session_id: string;
          updated_at?: string;
          url: string;
        };
        Update: {
          created_at?: string;
          session_id?: string;
          updated_at?: string;
          url?: string;
        };
        Relationships: [
          {
            foreignKeyName: "session_links_session_id_fkey";
            columns: ["session_id"];
            isOneToOne: true;
            referencedRelation: "intake_sessions";
            referencedColumns: ["id"];
          },
        ];
      };
      settings: {
        Row: {
          description: string;
          key: string;
          updated_at: string;
          value: NonNullable<Json>;
        };
        ComputedFields: never;
        Insert: {
          description: string;
          key: string;
          updated_at?: string;
          value: NonNullable<Json>;
        };
        Update: {
          description?: string;
          key?: string;
          updated_at?: string;
          value?: NonNullable<Json>;
        };
        Relationships: [];
      };
      shipment_items: {
        Row: {
          order_item_id: string;
          quantity: number;
          refunded_quantity: number;
          shipment_id: string;
        };
        ComputedFields: never;
        Insert: {
          order_item_id: string;
          quantity: number;
          refunded_quantity?: number;
          shipment_id: string;
        };
        Update: {
          order_item_id?: string;
          quantity?: number;
          refunded_quantity?: number;
          shipment_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "shipment_items_order_item_id_fkey";
            columns: ["order_item_id"];
            isOneToOne: false;
            referencedRelation: "order_items";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "shipment_items_shipment_id_fkey";
            columns: ["shipment_id"];
            isOneToOne: false;
            referencedRelation: "shipments";
            referencedColumns: ["id"];
          },
        ];
      };
      shipments: {
        Row: {
          assigned_at: string | null;
          cancel_reason: string | null;
          cancelled_at: string | null;
          carrier: string | null;
          courier_id: string | null;
          delivered_at: string | null;
          estimated_delivery_at: string | null;
          failed_at: string | null;
          id: string;
          location_id: string;
          moved_at: string;
          number: string;
          opened_at: string;
          order_id: string;
          packed_at: string | null;
          returned_at: string | null;
          returned_goods: string | null;
          shipped_at: string | null;
          status: string;
          tracking_number: string | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          assigned_at?: string | null;
          cancel_reason?: string | null;
          cancelled_at?: string | null;
          carrier?: string | null;
          courier_id?: string | null;
          delivered_at?: string | null;
          estimated_delivery_at?: string | null;
          failed_at?: string | null;
          id?: string;
          location_id: string;
          moved_at?: string;
          number?: string;
          opened_at?: string;
          order_id: string;
          packed_at?: string | null;
          returned_at?: string | null;
          returned_goods?: string | null;
          shipped_at?: string | null;
          status?: string;
          tracking_number?: string | null;
          updated_at?: string;
        };
        Update: {
          assigned_at?: string | null;
          cancel_reason?: string | null;
          cancelled_at?: string | null;
          carrier?: string | null;
          courier_id?: string | null;
          delivered_at?: string | null;
          estimated_delivery_at?: string | null;
          failed_at?: string | null;
          id?: string;
          location_id?: string;
          moved_at?: string;
          number?: string;
          opened_at?: string;
          order_id?: string;
          packed_at?: string | null;
          returned_at?: string | null;
          returned_goods?: string | null;
          shipped_at?: string | null;
          status?: string;
          tracking_number?: string | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "shipments_courier_id_fkey";
            columns: ["courier_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "shipments_location_id_fkey";
            columns: ["location_id"];
            isOneToOne: false;
            referencedRelation: "locations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "shipments_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
        ];
      };
      shipping_methods: {
        Row: {
          archived_at: string | null;
          carrier: string;
          created_at: string;
          id: string;
          max_days: number;
          min_days: number;
          name: string;
          position: number;
          tax_category: string;
          translations: NonNullable<Json>;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          archived_at?: string | null;
          carrier?: string;
          created_at?: string;
          id?: string;
          max_days: number;
          min_days: number;
          name: string;
          position?: number;
          tax_category?: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
        };
        Update: {
          archived_at?: string | null;
          carrier?: string;
          created_at?: string;
          id?: string;
          max_days?: number;
          min_days?: number;
          name?: string;
          position?: number;
          tax_category?: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "shipping_methods_tax_category_fkey";
            columns: ["tax_category"];
            isOneToOne: false;
            referencedRelation: "tax_categories";
            referencedColumns: ["code"];
          },
        ];
      };
      shipping_rates: {
        Row: {
          amount: number;
          created_at: string;
          currency: string;
          free_from_amount: number | null;
          from_order_amount: number;
          from_weight_grams: number;
          id: string;
          shipping_method_id: string;
          shipping_zone_id: string;
          until_order_amount: number | null;
          until_weight_grams: number | null;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          created_at?: string;
          currency: string;
          free_from_amount?: number | null;
          from_order_amount?: number;
          from_weight_grams?: number;
          id?: string;
          shipping_method_id: string;
          shipping_zone_id: string;
          until_order_amount?: number | null;
          until_weight_grams?: number | null;
          updated_at?: string;
        };
        Update: {
          amount?: number;
          created_at?: string;
          currency?: string;
          free_from_amount?: number | null;
          from_order_amount?: number;
          from_weight_grams?: number;
          id?: string;
          shipping_method_id?: string;
          shipping_zone_id?: string;
          until_order_amount?: number | null;
          until_weight_grams?: number | null;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "shipping_rates_currency_fkey";
            columns: ["currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
          {
            foreignKeyName: "shipping_rates_shipping_method_id_fkey";
            columns: ["shipping_method_id"];
            isOneToOne: false;
            referencedRelation: "shipping_methods";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "shipping_rates_shipping_zone_id_fkey";
            columns: ["shipping_zone_id"];
            isOneToOne: false;
            referencedRelation: "shipping_zones";
            referencedColumns: ["id"];
          },
        ];
      };
      shipping_zone_places: {
        Row: {
          country: string | null;
          created_at: string;
          id: string;
          postal_prefix: string | null;
          province: string | null;
          shipping_zone_id: string;
        };
        ComputedFields: never;
        Insert: {
          country?: string | null;
          created_at?: string;
          id?: string;
          postal_prefix?: string | null;
          province?: string | null;
          shipping_zone_id: string;
        };
        Update: {
          country?: string | null;
          created_at?: string;
          id?: string;
          postal_prefix?: string | null;
          province?: string | null;
          shipping_zone_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "shipping_zone_places_shipping_zone_id_fkey";
            columns: ["shipping_zone_id"];
            isOneToOne: false;
            referencedRelation: "shipping_zones";
            referencedColumns: ["id"];
          },
        ];
      };
      shipping_zones: {
        Row: {
          created_at: string;
          id: string;
          name: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          id?: string;
          name: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          id?: string;
          name?: string;
          updated_at?: string;
        };
        Relationships: [];
      };
      status_changes: {
        Row: {
          actor_id: string | null;
          changed_at: string;
          from_status: string;
          id: number;
          machine: string;
          reason: string | null;
          request_id: string | null;
          subject_id: string;
          to_status: string;
        };
        ComputedFields: never;
        Insert: {
          actor_id?: string | null;
          changed_at?: string;
          from_status: string;
          id?: never;
          machine: string;
          reason?: string | null;
          request_id?: string | null;
          subject_id: string;
          to_status: string;
        };
        Update: {
          actor_id?: string | null;
          changed_at?: string;
          from_status?: string;
          id?: never;
          machine?: string;
          reason?: string | null;
          request_id?: string | null;
          subject_id?: string;
          to_status?: string;
        };
        Relationships: [];
      };
      stock_holds: {
        Row: {
          created_at: string;
          expires_at: string;
          held_by: string | null;
          id: string;
          note: string | null;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          expires_at: string;
          held_by?: string | null;
          id?: string;
          note?: string | null;
          status?: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          expires_at?: string;
          held_by?: string | null;
          id?: string;
          note?: string | null;
          status?: string;
          updated_at?: string;
        };
        Relationships: [];
      };
      stock_movements: {
        Row: {
          actor_id: string | null;
          id: number;
          location_id: string;
          moved_at: string;
          note: string | null;
          quantity: number;
          reason: string;
          reference_id: string | null;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          actor_id?: string | null;
          id?: never;
          location_id: string;
          moved_at?: string;
          note?: string | null;
          quantity: number;
          reason: string;
          reference_id?: string | null;
          variant_id: string;
        };
        Update: {
          actor_id?: string | null;
          id?: never;
          location_id?: string;
          moved_at?: string;
          note?: string | null;
          quantity?: number;
          reason?: string;
          reference_id?: string | null;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "stock_movements_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      stock_slots: {
        Row: {
          available: number;
          location_id: string;
          reserved: number;
          slot: number;
          variant_id: string;
          watched_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          available?: number;
          location_id: string;
          reserved?: number;
          slot: number;
          variant_id: string;
          watched_at?: string | null;
        };
        Update: {
          available?: number;
          location_id?: string;
          reserved?: number;
          slot?: number;
          variant_id?: string;
          watched_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "stock_slots_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      store_credit_accounts: {
        Row: {
          created_at: string;
          currency: string;
          id: string;
          person_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          currency: string;
          id?: string;
          person_id: string;
        };
        Update: {
          created_at?: string;
          currency?: string;
          id?: string;
          person_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "store_credit_accounts_person_id_fkey";
            columns: ["person_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
      store_credit_entries: {
        Row: {
          account_id: string;
          amount: number;
          created_at: string;
          id: number;
          kind: string;
          reason: string | null;
          reference_id: string;
        };
        ComputedFields: never;
        Insert: {
          account_id: string;
          amount: number;
          created_at?: string;
          id?: never;
          kind: string;
          reason?: string | null;
          reference_id: string;
        };
        Update: {
          account_id?: string;
          amount?: number;
          created_at?: string;
          id?: never;
          kind?: string;
          reason?: string | null;
          reference_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "store_credit_entries_account_id_fkey";
            columns: ["account_id"];
            isOneToOne: false;
            referencedRelation: "store_credit_accounts";
            referencedColumns: ["id"];
          },
        ];
      };
      submissions: {
        Row: {
          body: string;
          enrollment_id: string;
          feedback: string | null;
          graded_at: string | null;
          graded_by: string | null;
          id: string;
          learner_id: string;
          lesson_id: string;
          max_attempts: number | null;
          number: number;
          product_id: string;
          score_percent: number | null;
          submitted_at: string;
        };
        ComputedFields: never;
        Insert: {
          body?: string;
          enrollment_id: string;
          feedback?: string | null;
          graded_at?: string | null;
          graded_by?: string | null;
          id?: string;
          learner_id: string;
          lesson_id: string;
          max_attempts?: number | null;
          number: number;
          product_id: string;
          score_percent?: number | null;
          submitted_at?: string;
        };
        Update: {
          body?: string;
          enrollment_id?: string;
          feedback?: string | null;
          graded_at?: string | null;
          graded_by?: string | null;
          id?: string;
          learner_id?: string;
          lesson_id?: string;
          max_attempts?: number | null;
          number?: number;
          product_id?: string;
          score_percent?: number | null;
          submitted_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "submissions_enrollment_id_fkey";
            columns: ["enrollment_id"];
            isOneToOne: false;
            referencedRelation: "enrollments";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "submissions_graded_by_fkey";
            columns: ["graded_by"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "submissions_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "submissions_lesson_id_product_id_fkey";
            columns: ["lesson_id", "product_id"];
            isOneToOne: false;
            referencedRelation: "lessons";
            referencedColumns: ["id", "product_id"];
          },
        ];
      };
      subscription_plan_scopes: {
        Row: {
          category_id: string | null;
          collection_id: string | null;
          id: string;
          plan_id: string;
          product_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          category_id?: string | null;
          collection_id?: string | null;
          id?: string;
          plan_id: string;
          product_id?: string | null;
        };
        Update: {
          category_id?: string | null;
          collection_id?: string | null;
          id?: string;
          plan_id?: string;
          product_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "subscription_plan_scopes_category_id_fkey";
            columns: ["category_id"];
            isOneToOne: false;
            referencedRelation: "categories";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "subscription_plan_scopes_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "subscription_plan_scopes_plan_id_fkey";
            columns: ["plan_id"];
            isOneToOne: false;
            referencedRelation: "subscription_plans";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "subscription_plan_scopes_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      subscription_plans: {
        Row: {
          created_at: string;
          id: string;
          period: string;
          product_id: string;
          status: string;
          summary: string;
          title: string;
          updated_at: string;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          id?: string;
          period: string;
          product_id: string;
          status?: string;
          summary?: string;
          title: string;
          updated_at?: string;
          variant_id: string;
        };
        Update: {
          created_at?: string;
          id?: string;
          period?: string;
          product_id?: string;
          status?: string;
          summary?: string;
          title?: string;
          updated_at?: string;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "subscription_plans_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: true;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "subscription_plans_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: true;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      subscriptions: {
        Row: {
          amount: number;
          cancels_at: string | null;
          checkout_expires_at: string | null;
          checkout_url: string | null;
          created_at: string;
          currency: string;
          ended_at: string | null;
          id: string;
          past_due_since: string | null;
          period_ends_at: string | null;
          period_started_at: string | null;
          person_id: string;
          plan_id: string;
          status: string;
          unit_amount: number;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          amount: number;
          cancels_at?: string | null;
          checkout_expires_at?: string | null;
          checkout_url?: string | null;
          created_at?: string;
          currency: string;
          ended_at?: string | null;
          id?: string;
          past_due_since?: string | null;
          period_ends_at?: string | null;
          period_started_at?: string | null;
          person_id: string;
          plan_id: string;
          status?: string;
          unit_amount: number;
          updated_at?: string;
        };
        Update: {
          amount?: number;
          cancels_at?: string | null;
          checkout_expires_at?: string | null;
          checkout_url?: string | null;
          created_at?: string;
          currency?: string;
          ended_at?: string | null;
          id?: string;
          past_due_since?: string | null;
          period_ends_at?: string | null;
          period_started_at?: string | null;
          person_id?: string;
          plan_id?: string;
          status?: string;
          unit_amount?: number;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "subscriptions_person_id_fkey";
            columns: ["person_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "subscriptions_plan_id_fkey";
            columns: ["plan_id"];
            isOneToOne: false;
            referencedRelation: "subscription_plans";
            referencedColumns: ["id"];
          },
        ];
      };
      tax_categories: {
        Row: {
          code: string;
          name: string;
        };
        ComputedFields: never;
        Insert: {
          code: string;
          name: string;
        };
        Update: {
          code?: string;
          name?: string;
        };
        Relationships: [];
      };
      tax_rates: {
        Row: {
          basis_points: number;
          country: string;
          created_at: string;
          id: string;
          inclusive: boolean;
          name: string;
          province: string | null;
          tax_category: string;
          updated_at: string;
          valid_from: string;
          valid_until: string;
        };
        ComputedFields: never;
        Insert: {
          basis_points: number;
          country: string;
          created_at?: string;
          id?: string;
          inclusive: boolean;
          name: string;
          province?: string | null;
          tax_category: string;
          updated_at?: string;
          valid_from?: string;
          valid_until?: string;
        };
        Update: {
          basis_points?: number;
          country?: string;
          created_at?: string;
          id?: string;
          inclusive?: boolean;
          name?: string;
          province?: string | null;
          tax_category?: string;
          updated_at?: string;
          valid_from?: string;
          valid_until?: string;
        };
        Relationships: [
          {
            foreignKeyName: "tax_rates_tax_category_fkey";
            columns: ["tax_category"];
            isOneToOne: false;
            referencedRelation: "tax_categories";
            referencedColumns: ["code"];
          },
        ];
      };
      tracking_events: {
        Row: {
          actor_id: string | null;
          carrier: string | null;
          carrier_event_id: string | null;
          description: string | null;
          id: number;
          location: string | null;
          occurred_at: string;
          recorded_at: string;
          shipment_id: string;
          source: string;
          status: string;
        };
        ComputedFields: never;
        Insert: {
          actor_id?: string | null;
          carrier?: string | null;
          carrier_event_id?: string | null;
          description?: string | null;
          id?: never;
          location?: string | null;
          occurred_at?: string;
          recorded_at?: string;
          shipment_id: string;
          source: string;
          status: string;
        };
        Update: {
          actor_id?: string | null;
          carrier?: string | null;
          carrier_event_id?: string | null;
          description?: string | null;
          id?: never;
          location?: string | null;
          occurred_at?: string;
          recorded_at?: string;
          shipment_id?: string;
          source?: string;
          status?: string;
        };
        Relationships: [
          {
            foreignKeyName: "tracking_events_shipment_id_fkey";
            columns: ["shipment_id"];
            isOneToOne: false;
            referencedRelation: "shipments";
            referencedColumns: ["id"];
          },
        ];
      };
      variants: {
        Row: {
          attributes: NonNullable<Json>;
          backorder_limit: number | null;
          created_at: string;
          id: string;
          low_stock_threshold: number | null;
          option_value_ids: string[];
          position: number;
          preorder_ships_at: string | null;
          product_id: string;
          sku: string;
          stock_mode: string;
          title: string;
          translations: NonNullable<Json>;
          updated_at: string;
          weight_grams: number | null;
        };
        ComputedFields: never;
        Insert: {
          attributes?: NonNullable<Json>;
          backorder_limit?: number | null;
          created_at?: string;
          id?: string;
          low_stock_threshold?: number | null;
          option_value_ids?: string[];
          position?: number;
          preorder_ships_at?: string | null;
          product_id: string;
          sku: string;
          stock_mode?: string;
          title: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
          weight_grams?: number | null;
        };
        Update: {
          attributes?: NonNullable<Json>;
          backorder_limit?: number | null;
          created_at?: string;
          id?: string;
          low_stock_threshold?: number | null;
          option_value_ids?: string[];
          position?: number;
          preorder_ships_at?: string | null;
          product_id?: string;
          sku?: string;
          stock_mode?: string;
          title?: string;
          translations?: NonNullable<Json>;
          updated_at?: string;
          weight_grams?: number | null;
        };
        Relationships: [
          {
            foreignKeyName: "variants_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      waitlist_entries: {
        Row: {
          created_at: string;
          currency: string | null;
          id: string;
          intake_id: string;
          learner_id: string;
          max_amount: number | null;
          offer_expires_at: string | null;
          position: number;
          status: string;
          updated_at: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          currency?: string | null;
          id?: string;
          intake_id: string;
          learner_id: string;
          max_amount?: number | null;
          offer_expires_at?: string | null;
          position?: never;
          status?: string;
          updated_at?: string;
        };
        Update: {
          created_at?: string;
          currency?: string | null;
          id?: string;
          intake_id?: string;
          learner_id?: string;
          max_amount?: number | null;
          offer_expires_at?: string | null;
          position?: never;
          status?: string;
          updated_at?: string;
        };
        Relationships: [
          {
            foreignKeyName: "waitlist_entries_currency_fkey";
            columns: ["currency"];
            isOneToOne: false;
            referencedRelation: "currencies";
            referencedColumns: ["code"];
          },
          {
            foreignKeyName: "waitlist_entries_intake_id_fkey";
            columns: ["intake_id"];
            isOneToOne: false;
            referencedRelation: "intakes";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "waitlist_entries_learner_id_fkey";
            columns: ["learner_id"];
            isOneToOne: false;
            referencedRelation: "profiles";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Views: {
      stock_levels: {
        Row: {
          available: number | null;
          backordered: number | null;
          on_hand: number | null;
          reserved: number | null;
          sellable: number | null;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          available?: number | null;
          backordered?: number | null;
          on_hand?: number | null;
          reserved?: number | null;
          sellable?: number | null;
          variant_id?: string | null;
        };
        Update: {
          available?: number | null;
          backordered?: number | null;
          on_hand?: number | null;
          reserved?: number | null;
          sellable?: number | null;
          variant_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "stock_slots_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Functions: {
      acknowledge_concern: { Args: { alert_id: string; idempotency_key?: string; note?: string }; Returns: Json };
      add_address: {
        Args: {
          city: string;
          country?: string;
          district?: string;
          idempotency_key?: string;
          label?: string;
          make_default?: boolean;
          phone: string;
          postal_code: string;
          province: string;
          recipient: string;
          street: string;
          subdistrict?: string;
        };
        Returns: Json;
      };
      add_complaint_message: {
        Args: { body: string; complaint_id: string; idempotency_key?: string; visible_to_customer?: boolean };
        Returns: Json;
      };
      add_currency: { Args: { code: string; idempotency_key?: string; name: string }; Returns: Json };
      add_order_note: {
        Args: { body: string; idempotency_key?: string; order_id: string; visible_to_customer?: boolean };
        Returns: Json;
      };
      add_to_cart: { Args: { idempotency_key?: string; quantity?: number; variant_id: string }; Returns: Json };
      add_tracking_number: {
        Args: {
          carrier?: string;
          estimated_delivery_at?: string;
          idempotency_key?: string;
          shipment_id: string;
          tracking_number: string;
        };
        Returns: Json;
      };
      adjust_stock: { Args: { idempotency_key?: string; lines: Json; note?: string; reason: string }; Returns: Json };
      apply_coupon: { Args: { code: string; idempotency_key?: string }; Returns: Json };
      arrange_images: { Args: { idempotency_key?: string; image_ids: string[]; product_id: string }; Returns: Json };
      assign_complaint: {
        Args: { assignee_id: string; complaint_id: string; idempotency_key?: string };
        Returns: Json;
      };
      assign_courier: { Args: { courier_id: string; idempotency_key?: string; shipment_id: string }; Returns: Json };
      assign_seat: { Args: { idempotency_key?: string; profile_id: string; seat_id: string }; Returns: Json };
      attach_payment_session: {
        Args: { expires_at: string; payment_id: string; session_id: string; url: string };
        Returns: Json;
      };
      attach_subscription: {
        Args: {
          expires_at?: string;
          idempotency_key?: string;
          provider_price_id?: string;
          session_id?: string;
          subscription_id: string;
          url?: string;
        };
        Returns: Json;
      };
      attribute_schema: {
        Args: { category_id: string; locale?: string };
        Returns: {
          category_id: string;
          choice_titles: Json;
          choices: string[];
          filterable: boolean;
          id: string;
          key: string;
          level: string;
          max: number;
          min: number;
          position: number;
          required: boolean;
          title: string;
          type: string;
          unit: string;
        }[];
      };
      audit_head: { Args: Record<PropertyKey, never>; Returns: Json };
      book_shipment: { Args: { carrier?: string; idempotency_key?: string; shipment_id: string }; Returns: Json };
      calendar_feed: { Args: { token: string }; Returns: Json };
      cancel_draft_order: { Args: { draft_order_id: string; idempotency_key?: string }; Returns: Json };
      cancel_enrollment: { Args: { enrollment_id: string; idempotency_key?: string }; Returns: Json };
      cancel_intake: { Args: { idempotency_key?: string; intake_id: string; reason: string }; Returns: Json };
      cancel_order: { Args: { idempotency_key?: string; order_id: string; reason?: string }; Returns: Json };
      cancel_payout: { Args: { idempotency_key?: string; payout_id: string; reason: string }; Returns: Json };
      cancel_shipment: { Args: { idempotency_key?: string; reason?: string; shipment_id: string }; Returns: Json };
      cancel_subscription: {
        Args: { at_period_end?: boolean; idempotency_key?: string; subscription_id: string };
        Returns: Json;
      };
      cancellation_quote: { Args: { enrollment_id: string }; Returns: Json };
      capture_payment: { Args: { amount?: number; idempotency_key?: string; payment_id: string }; Returns: Json };
      category_tree: {
        Args: { locale?: string };
        Returns: {
          depth: number;
          description: string;
          id: string;
          own_products: number;
          parent_id: string;
          path: string[];
          position: number;
          products: number;
          slug: string;
          title: string;
        }[];
      };
      change_address: {
        Args: {
          address_id: string;
          city?: string;
          country?: string;
          district?: string;
          idempotency_key?: string;
          label?: string;
          make_default?: boolean;
          phone?: string;
          postal_code?: string;
          province?: string;
          recipient?: string;
          street?: string;
          subdistrict?: string;
        };
        Returns: Json;
      };
      change_cart_item: { Args: { idempotency_key?: string; quantity: number; variant_id: string }; Returns: Json };
      change_draft_order: {
        Args: {
          coupon_codes?: string[];
          draft_order_id: string;
          idempotency_key?: string;
          lines?: Json;
          note?: string;
          shipping_address_id?: string;
          shipping_method_id?: string;
        };
        Returns: Json;
      };
      change_gift: {
        Args: {
          deliver_at?: string;
          gift_id: string;
          idempotency_key?: string;
          message?: string;
          recipient_email?: string;
          recipient_name?: string;
        };
        Returns: Json;
      };
      change_gift_card_purchase: {
        Args: {
          deliver_at?: string;
          idempotency_key?: string;
          message?: string;
          purchase_id: string;
          recipient_email?: string;
          recipient_name?: string;
        };
        Returns: Json;
      };
      change_order_address: {
        Args: {
          address?: Json;
          idempotency_key?: string;
          order_id: string;
          reason?: string;
          shipping_address_id?: string;
        };
        Returns: Json;
      };
      claim_gift: { Args: { code: string; idempotency_key?: string }; Returns: Json };
      claim_seat: { Args: { code: string; idempotency_key?: string }; Returns: Json };
      clear_cart: { Args: { idempotency_key?: string }; Returns: Json };
      close_intake: { Args: { idempotency_key?: string; intake_id: string }; Returns: Json };
      collection_products: {
        Args: { currency?: string; cursor?: string; locale?: string; max_rows?: number; slug: string };
        Returns: Json;
      };
      complete_lesson: { Args: { idempotency_key?: string; lesson_id: string }; Returns: Json };
      complete_order: { Args: { idempotency_key?: string; order_id: string }; Returns: Json };
      course_outline: { Args: { locale?: string; product_id: string }; Returns: Json };
      create_draft_order: {
        Args: {
          country?: string;
          coupon_codes?: string[];
          currency?: string;
          customer_id: string;
          idempotency_key?: string;
          lines: Json;
          note?: string;
          province?: string;
          shipping_address_id?: string;
          shipping_method_id?: string;
        };
        Returns: Json;
      };
      create_location: {
        Args: { code: string; idempotency_key?: string; name: string; priority?: number };
        Returns: Json;
      };
      create_organisation: {
        Args: {
          billing_address?: string;
          billing_email?: string;
          billing_name?: string;
          idempotency_key?: string;
          manager_id?: string;
          name: string;
          tax_number?: string;
        };
        Returns: Json;
      };
      create_shipment: {
        Args: { idempotency_key?: string; lines?: Json; location_id?: string; order_id: string };
        Returns: Json;
      };
      deduct_stock: {
        Args: { hold_id?: string; idempotency_key?: string; lines?: Json; note?: string };
        Returns: Json;
      };
      discard_upload: { Args: { kind: string; upload_id: string }; Returns: undefined };
      duplicate_intake: {
        Args: { idempotency_key?: string; intake_id: string; starts_at?: string; title?: string };
        Returns: Json;
      };
      edit_order: { Args: { idempotency_key?: string; lines: Json; order_id: string; reason?: string }; Returns: Json };
      enroll: { Args: { idempotency_key?: string; intake_id: string }; Returns: Json };
      enroll_by_subscription: { Args: { idempotency_key?: string; intake_id: string }; Returns: Json };
      evidence_document: { Args: { evidence_id: string; own?: boolean }; Returns: Json };
      explain_order_money: { Args: { order_id: string }; Returns: Json };
      export_file: { Args: { export_id: string }; Returns: Json };
      find_import: { Args: { import_id: string }; Returns: Json };
      find_upload: { Args: { kind: string; upload_id: string }; Returns: Json };
      finish_upload: {
        Args: { facts: Json; idempotency_key?: string; kind: string; person_id?: string; upload_id: string };
        Returns: Json;
      };
      generate_coupons: {
        Args: { count: number; idempotency_key?: string; prefix?: string; promotion_id: string; usage_limit?: number };
        Returns: Json;
      };
      generate_variants: {
        Args: { idempotency_key?: string; options: Json; product_id: string; sku_prefix?: string };
        Returns: Json;
      };
      get_cart: { Args: { idempotency_key?: string }; Returns: Json };
      get_complaint: { Args: { complaint_id: string }; Returns: Json };
      get_draft_order: { Args: { draft_order_id: string }; Returns: Json };
      get_instalments: { Args: { order_id: string }; Returns: Json };
      get_order: { Args: { order_id: string }; Returns: Json };
      get_report: { Args: { report_id: string }; Returns: Json };
      gift_card_balance: { Args: { code: string }; Returns: Json };
      given_answer: { Args: { body: Json; idempotency_key: string; person_id: string; verb: string }; Returns: Json };
      grade_submission: {
        Args: { feedback?: string; idempotency_key?: string; score_percent: number; submission_id: string };
        Returns: Json;
      };
      grant_role: {
        Args: { idempotency_key?: string; profile_id: string; role: string };
        Returns: {
          granted_at: string;
          granted_by: string | null;
          profile_id: string;
          role: string;
        }[];
        SetofOptions: {
          from: "*";
          to: "role_members";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      grant_seat: {
        Args: {
          access_ends_at?: string;
          access_starts_at?: string;
          idempotency_key?: string;
          intake_id: string;
          profile_id: string;
          reason: string;
        };
        Returns: Json;
      };
      grant_store_credit: {
        Args: { amount: number; currency: string; idempotency_key?: string; person_id: string; reason: string };
        Returns: Json;
      };
      guaranteed: {
        Args: { "": Database["public"]["Tables"]["intakes"]["Row"] };
        Returns: {
          error: true;
        } & "the function public.guaranteed with parameter or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache";
      };
      hand_over_shipment: {
        Args: {
          carrier?: string;
          cost_amount?: number;
          estimated_delivery_at?: string;
          idempotency_key?: string;
          shipment_id: string;
          tracking_number?: string;
        };
        Returns: Json;
      };
      invite_to_seats: {
        Args: {
          email?: string;
          expires_at?: string;
          idempotency_key?: string;
          intake_id: string;
          organisation_id: string;
        };
        Returns: Json;
      };
      invoice_document: { Args: { invoice_id: string }; Returns: Json };
      issue_gift_card: {
        Args: {
          amount: number;
          currency: string;
          expires_at?: string;
          idempotency_key?: string;
          message?: string;
          paid_by?: string;
          reason: string;
          recipient_email?: string;
          recipient_name?: string;
        };
        Returns: Json;
      };
      join_waitlist: {
        Args: {
          auto_charge?: boolean;
          currency?: string;
          idempotency_key?: string;
          intake_id: string;
          max_amount?: number;
        };
        Returns: Json;
      };
      leave_waitlist: { Args: { idempotency_key?: string; intake_id: string }; Returns: Json };
      ledger_balance: {
        Args: { currency?: string; until?: string };
        Returns: {
          account: string;
          balance_amount: number;
          currency_code: string;
          kind: string;
          name: string;
        }[];
      };
      lesson_document: { Args: { lesson_id: string; locale?: string }; Returns: Json };
      list_products: {
        Args: {
          category?: string;
          currency?: string;
          cursor?: string;
          kind?: string;
          locale?: string;
          max_rows?: number;
          tag?: string;
        };
        Returns: Json;
      };
      mark_delivered: { Args: { idempotency_key?: string; order_id: string }; Returns: Json };
      mark_shipment_returned: {
        Args: { goods: string; idempotency_key?: string; reason?: string; shipment_id: string };
        Returns: Json;
      };
      mark_shipped: {
        Args: { carrier?: string; idempotency_key?: string; order_id: string; tracking_number?: string };
        Returns: Json;
      };
      media_file: { Args: { media_id: string }; Returns: Json };
      merge_cart: { Args: { currency?: string; idempotency_key?: string; lines: Json }; Returns: Json };
      message_intake: {
        Args: { audience?: string; body: string; idempotency_key?: string; intake_id: string; subject: string };
        Returns: Json;
      };
      move_category: {
        Args: { category_id: string; idempotency_key?: string; parent_id?: string; position?: number };
        Returns: Json;
      };
      my_calendar: { Args: { starts_before?: string; starts_from?: string }; Returns: Json[] };
      my_courses: {
        Args: { locale?: string };
        Returns: {
          access_ends_at: string;
          certificate_number: string;
          ends_at: string;
          enrolled_at: string;
          enrollment_id: string;
          image_url: string;
          intake_id: string;
          intake_title: string;
          location: string;
          next_lesson: Json;
          next_session: Json;
          offer_expires_at: string;
          order_id: string;
          order_number: string;
          product_id: string;
          progress_percent: number;
          result: string;
          score_percent: number;
          slug: string;
          starts_at: string;
          state: string;
          status: string;
          summary: string;
          time_zone: string;
          title: string;
          waitlist_place: number;
        }[];
      };
      my_deliveries: { Args: Record<PropertyKey, never>; Returns: Json };
      my_downloads: {
        Args: Record<PropertyKey, never>;
        Returns: {
          byte_size: number;
          download_id: string;
          ended_at: string;
          expires_at: string;
          file_name: string;
          granted_at: string;
          max_downloads: number;
          mime_type: string;
          order_id: string;
          order_number: string;
          product_id: string;
          slug: string;
          suspended_at: string;
          title: string;
          used_count: number;
        }[];
      };
      my_store_credit: {
        Args: Record<PropertyKey, never>;
        Returns: {
          balance_amount: number;
          currency_code: string;
        }[];
      };
      my_subscriptions: { Args: Record<PropertyKey, never>; Returns: Json[] };
      my_waitlist: { Args: Record<PropertyKey, never>; Returns: Json[] };
      note_attendance: { Args: { idempotency_key?: string; notes: Json; session_id: string }; Returns: Json };
      open_complaint: {
        Args: {
          description: string;
          idempotency_key?: string;
          lines?: Json;
          order_id: string;
          type: string;
          wanted?: string;
        };
        Returns: Json;
      };
      open_concerns: { Args: { kind?: string }; Returns: Json };
      order_gift_cards: { Args: { currency?: string; idempotency_key?: string; lines: Json }; Returns: Json };
      order_gifts: { Args: { currency?: string; idempotency_key?: string; lines: Json }; Returns: Json };
      order_payments: { Args: { order_id: string }; Returns: Json };
      order_seats: {
        Args: {
          coupon_codes?: string[];
          currency?: string;
          idempotency_key?: string;
          lines: Json;
          organisation_id: string;
        };
        Returns: Json;
      };
      order_shipments: { Args: { order_id: string }; Returns: Json };
      organisation_people: {
        Args: { organisation_id: string };
        Returns: {
          email: string;
          first_name: string;
          joined_at: string;
          last_name: string;
          profile_id: string;
          role: string;
        }[];
      };
      organisation_progress: {
        Args: { organisation_id: string };
        Returns: {
          email: string;
          enrolled_at: string;
          first_name: string;
          intake_id: string;
          intake_title: string;
          last_name: string;
          learner_id: string;
          passed_at: string;
          progress_percent: number;
          seat_id: string;
          state: string;
          title: string;
        }[];
      };
      pack_shipment: { Args: { idempotency_key?: string; shipment_id: string }; Returns: Json };
      pay_with_gift_card: {
        Args: { amount?: number; code: string; idempotency_key?: string; order_id: string };
        Returns: Json;
      };
      pay_with_saved_method: {
        Args: { idempotency_key?: string; order_id: string; payment_method_id?: string };
        Returns: Json;
      };
      pay_with_store_credit: { Args: { amount?: number; idempotency_key?: string; order_id: string }; Returns: Json };
      pick_up_delivery: { Args: { idempotency_key?: string; shipment_id: string }; Returns: Json };
      place_draft_order: {
        Args: { draft_order_id: string; hold_until?: string; idempotency_key?: string };
        Returns: Json;
      };
      place_order: {
        Args: {
          cart_id?: string;
          country?: string;
          currency?: string;
          idempotency_key?: string;
          lines?: Json;
          province?: string;
          shipping_address_id?: string;
          shipping_method_id?: string;
        };
        Returns: Json;
      };
      popular_products: {
        Args: { category?: string; currency?: string; kind?: string; locale?: string; max_rows?: number };
        Returns: Json;
      };
      prepare_upload: {
        Args: { bytes: number; content_type: string; file_name: string; idempotency_key?: string; lesson_id: string };
        Returns: Json;
      };
      product_document: {
        Args: { currency?: string; locale?: string; product_id?: string; slug?: string };
        Returns: Json;
      };
      proof_document: { Args: { own?: boolean; proof_id: string }; Returns: Json };
      provider_customer: { Args: { person_id: string; provider_customer_id?: string }; Returns: Json };
      publish_intake: { Args: { idempotency_key?: string; intake_id: string }; Returns: Json };
      put_quiz: { Args: { idempotency_key?: string; lesson_id: string; questions: Json }; Returns: Json };
      queue_import: {
        Args: { byte_size: number; idempotency_key?: string; import_id: string; person_id?: string };
        Returns: Json;
      };
      quiz_questions: { Args: { lesson_id: string }; Returns: Json };
      quote: {
        Args: {
          cart_id?: string;
          country?: string;
          coupon_codes?: string[];
          currency?: string;
          lines?: Json;
          postal_code?: string;
          province?: string;
          shipping_method_id?: string;
        };
        Returns: Json;
      };
      quote_renewal: { Args: { currency?: string; enrollment_id: string }; Returns: Json };
      quote_seats: {
        Args: { coupon_codes?: string[]; currency?: string; lines: Json; organisation_id: string };
        Returns: Json;
      };
      receive_carrier_event: { Args: { carrier: string; event: Json }; Returns: Json };
      receive_learning_file: {
        Args: { bytes: number; content_type: string; file_id: string; idempotency_key?: string; person_id?: string };
        Returns: Json;
      };
      receive_provider_event: {
        Args: { event_id: string; payload: Json; provider: string; type: string };
        Returns: Json;
      };
      reclaim_seat: { Args: { idempotency_key?: string; seat_id: string }; Returns: Json };
      recommended_products: {
        Args: { currency?: string; kind?: string; locale?: string; max_rows?: number };
        Returns: Json;
      };
      record_payment: {
        Args: { amount?: number; idempotency_key?: string; method: string; order_id: string; reference?: string };
        Returns: Json;
      };
      record_payout: {
        Args: {
          amount: number;
          currency: string;
          fee_amount?: number;
          idempotency_key?: string;
          provider?: string;
          reference: string;
        };
        Returns: Json;
      };
      record_tracking_event: {
        Args: {
          description?: string;
          idempotency_key?: string;
          location?: string;
          occurred_at?: string;
          shipment_id: string;
          status: string;
        };
        Returns: Json;
      };
      record_transfer_refund: {
        Args: { idempotency_key?: string; reference: string; refund_id: string };
        Returns: Json;
      };
      redeem_gift_card: { Args: { code: string; idempotency_key?: string }; Returns: Json };
      refund_order: {
        Args: {
          amount?: number;
          destination?: string;
          idempotency_key?: string;
          include_shipping?: boolean;
          lines?: Json;
          order_id: string;
          reason?: string;
          restock?: boolean;
        };
        Returns: Json;
      };
      release_stock: { Args: { hold_id: string; idempotency_key?: string }; Returns: Json };
      remove_address: { Args: { address_id: string; idempotency_key?: string }; Returns: Json };
      remove_coupon: { Args: { code: string; idempotency_key?: string }; Returns: Json };
      remove_evidence: { Args: { evidence_id: string; idempotency_key?: string }; Returns: Json };
      remove_from_cart: { Args: { idempotency_key?: string; variant_id: string }; Returns: Json };
      remove_organisation_member: {
        Args: { idempotency_key?: string; organisation_id: string; profile_id: string };
        Returns: Json;
      };
      remove_payment_method: { Args: { idempotency_key?: string; payment_method_id: string }; Returns: Json };
      renew_access: { Args: { currency?: string; enrollment_id: string; idempotency_key?: string }; Returns: Json };
      renew_calendar_link: { Args: { calendar: string; idempotency_key?: string }; Returns: Json };
      renew_gift_card_code: { Args: { gift_card_id: string; idempotency_key?: string; reason: string }; Returns: Json };
      reopen_complaint: { Args: { complaint_id: string; idempotency_key?: string; message: string }; Returns: Json };
      report_delivery: {
        Args: { idempotency_key?: string; location?: string; note?: string; outcome: string; shipment_id: string };
        Returns: Json;
      };
      report_sheet: { Args: { report_id: string }; Returns: unknown };
      request_report: {
        Args: { idempotency_key?: string; kind: string; max_age_seconds?: number; parameters?: Json };
        Returns: Json;
      };
      reserve_stock: {
        Args: { idempotency_key?: string; lines: Json; minutes?: number; note?: string };
        Returns: Json;
      };
      resolve_complaint: {
        Args: {
          amount?: number;
          complaint_id: string;
          idempotency_key?: string;
          lines?: Json;
          note: string;
          resolution: string;
          restock?: boolean;
        };
        Returns: Json;
      };
      resolve_order_review: {
        Args: { idempotency_key?: string; order_id: string; reason: string; resolution: string; restock?: boolean };
        Returns: Json;
      };
      resume_subscription: { Args: { idempotency_key?: string; subscription_id: string }; Returns: Json };
      retire_currency: { Args: { code: string; idempotency_key?: string }; Returns: Json };
      retry_process: {
        Args: { idempotency_key?: string; process_id: string };
        Returns: {
          attempts: number;
          correlation_id: string | null;
          created_at: string;
          error: string | null;
          event_id: number | null;
          finished_at: string | null;
          id: string;
          message: string | null;
          progress: number | null;
          reported_at: string | null;
          started_at: string | null;
          status: string;
          subject_id: string | null;
          subject_type: string;
          task: string;
          updated_at: string;
        };
        SetofOptions: {
          from: "*";
          to: "processes";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      retry_refund: { Args: { idempotency_key?: string; refund_id: string }; Returns: Json };
      review_payment_proof: {
        Args: { approve: boolean; idempotency_key?: string; proof_id: string; reason?: string };
        Returns: Json;
      };
      revoke_certificate: { Args: { certificate_id: string; idempotency_key?: string; reason: string }; Returns: Json };
      revoke_invite: { Args: { idempotency_key?: string; invite_id: string }; Returns: Json };
      revoke_role: {
        Args: { idempotency_key?: string; profile_id: string; role: string };
        Returns: {
          granted_at: string;
          granted_by: string | null;
          profile_id: string;
          role: string;
        }[];
        SetofOptions: {
          from: "*";
          to: "role_members";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      roster: {
        Args: { intake_id: string; progress_below?: number; search?: string; statuses?: string[] };
        Returns: {
          certificate_number: string;
          email: string;
          enrolled_at: string;
          enrollment_id: string;
          first_name: string;
          last_name: string;
          learner_id: string;
          passed_at: string;
          progress_percent: number;
          score_percent: number;
          status: string;
          ungraded: number;
        }[];
      };
      search_complaints: {
        Args: {
          assignee_id?: string;
          cursor?: string;
          max_rows?: number;
          q?: string;
          statuses?: string[];
          type?: string;
        };
        Returns: Json;
      };
      search_orders: {
        Args: {
          currency?: string;
          cursor?: string;
          max_amount?: number;
          max_rows?: number;
          min_amount?: number;
          placed_from?: string;
          placed_to?: string;
          q?: string;
          statuses?: string[];
        };
        Returns: Json;
      };
      search_products: {
        Args: {
          currency?: string;
          cursor?: string;
          filters?: Json;
          locale?: string;
          max_rows?: number;
          q?: string;
          sort?: string;
          with_facets?: boolean;
        };
        Returns: Json;
      };
      set_cart_address: { Args: { address_id: string; idempotency_key?: string }; Returns: Json };
      set_cart_currency: { Args: { currency: string; idempotency_key?: string }; Returns: Json };
      set_course_renewal: { Args: { days: number; idempotency_key?: string; product_id: string }; Returns: Json };
      set_default_payment_method: { Args: { idempotency_key?: string; payment_method_id: string }; Returns: Json };
      set_instalment_method: {
        Args: { idempotency_key?: string; order_id: string; payment_method_id?: string };
        Returns: Json;
      };
      set_low_stock_threshold: {
        Args: { idempotency_key?: string; threshold: number; variant_id: string };
        Returns: Json;
      };
      set_organisation_role: {
        Args: { idempotency_key?: string; organisation_id: string; profile_id: string; role: string };
        Returns: Json;
      };
      set_shipping_method: { Args: { idempotency_key?: string; shipping_method_id: string }; Returns: Json };
      set_stock_mode: {
        Args: {
          backorder_limit?: number;
          idempotency_key?: string;
          mode: string;
          ships_at?: string;
          variant_id: string;
        };
        Returns: Json;
      };
      set_subscription_method: {
        Args: { idempotency_key?: string; payment_method_id: string; subscription_id: string };
        Returns: Json;
      };
      shipping_offers: {
        Args: {
          address_id?: string;
          cart_id?: string;
          country?: string;
          currency?: string;
          lines?: Json;
          postal_code?: string;
          province?: string;
          shipping_method_id?: string;
        };
        Returns: Json;
      };
      similar_products: {
        Args: { currency?: string; locale?: string; max_rows?: number; product_id: string };
        Returns: Json;
      };
      split_shipment: { Args: { idempotency_key?: string; lines: Json; shipment_id: string }; Returns: Json };
      start_complaint_review: { Args: { complaint_id: string; idempotency_key?: string }; Returns: Json };
      start_evidence: { Args: { complaint_id: string; idempotency_key?: string }; Returns: Json };
      start_export: { Args: { idempotency_key?: string; kind: string }; Returns: Json };
      start_import: {
        Args: { dry_run?: boolean; file_name: string; idempotency_key?: string; kind: string };
        Returns: Json;
      };
      start_instalments: { Args: { idempotency_key?: string; order_id: string; plan_id: string }; Returns: Json };
      start_payment: {
        Args: { amount?: number; idempotency_key?: string; method?: string; order_id: string; save_method?: boolean };
        Returns: Json;
      };
      start_processing: { Args: { idempotency_key?: string; order_id: string }; Returns: Json };
      start_proof: { Args: { idempotency_key?: string; payment_id: string }; Returns: Json };
      start_quiz: { Args: { idempotency_key?: string; lesson_id: string }; Returns: Json };
      start_saving_method: { Args: { idempotency_key?: string }; Returns: Json };
      start_subscription: { Args: { currency?: string; idempotency_key?: string; plan_id: string }; Returns: Json };
      start_transfer: { Args: { amount?: number; idempotency_key?: string; order_id: string }; Returns: Json };
      start_upload: {
        Args: { file_name?: string; idempotency_key?: string; kind: string; product_id: string; variant_id?: string };
        Returns: Json;
      };
      stock_by_location: {
        Args: { variant_ids: string[] };
        Returns: {
          available: number;
          difference: number;
          location_code: string;
          location_id: string;
          movements: number;
          on_hand: number;
          reserved: number;
          variant_id: string;
        }[];
      };
      submit_assignment: {
        Args: { body?: string; file_ids?: string[]; idempotency_key?: string; lesson_id: string };
        Returns: Json;
      };
      submit_evidence: {
        Args: {
          byte_size: number;
          evidence_id: string;
          idempotency_key?: string;
          mime_type: string;
          person_id?: string;
          sha256: string;
        };
        Returns: Json;
      };
      submit_proof: {
        Args: {
          byte_size: number;
          idempotency_key?: string;
          mime_type: string;
          person_id?: string;
          proof_id: string;
          sha256: string;
        };
        Returns: Json;
      };
      submit_quiz: { Args: { answers: Json; attempt_id: string; idempotency_key?: string }; Returns: Json };
      subscription_offers: { Args: Record<PropertyKey, never>; Returns: Json[] };
      suggest_products: { Args: { locale?: string; max_rows?: number; q: string }; Returns: Json };
      take_provider_events: { Args: { events: Json; provider: string }; Returns: Json };
      transfer_enrollment: {
        Args: {
          enrollment_id: string;
          idempotency_key?: string;
          reason?: string;
          to_intake_id: string;
          waive_difference?: boolean;
        };
        Returns: Json;
      };
      transfer_stock: {
        Args: {
          from_location_id: string;
          idempotency_key?: string;
          lines: Json;
          note?: string;
          to_location_id: string;
        };
        Returns: Json;
      };
      update_complaint: {
        Args: { complaint_id: string; description?: string; idempotency_key?: string; wanted?: string };
        Returns: Json;
      };
      update_location: {
        Args: { active?: boolean; idempotency_key?: string; location_id: string; name?: string; priority?: number };
        Returns: Json;
      };
      update_organisation: {
        Args: {
          billing_address?: string;
          billing_email?: string;
          billing_name?: string;
          idempotency_key?: string;
          name?: string;
          organisation_id: string;
          tax_number?: string;
        };
        Returns: Json;
      };
      update_process: {
        Args: {
          idempotency_key?: string;
          message?: string;
          process_id: string;
          progress?: number;
          reporter?: string;
          status: string;
        };
        Returns: Json;
      };
      use_download: { Args: { download_id: string; idempotency_key?: string }; Returns: Json };
      variant_prices: { Args: { currency?: string; quantity?: number; variant_ids: string[] }; Returns: Json };
      verify_audit: { Args: { expected_head?: string }; Returns: Json };
      verify_certificate: { Args: { number: string }; Returns: Json };
      void_payment: { Args: { idempotency_key?: string; payment_id: string; reason: string }; Returns: Json };
      withdraw_complaint: { Args: { complaint_id: string; idempotency_key?: string }; Returns: Json };
      withdraw_seat: { Args: { enrollment_id: string; idempotency_key?: string; reason: string }; Returns: Json };
      write_off_instalments: { Args: { idempotency_key?: string; order_id: string; reason: string }; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R;
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R;
      }
      ? R
      : never
    : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I;
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I;
      }
      ? I
      : never
    : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"] | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U;
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U;
      }
      ? U
      : never
    : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"] | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
    : never;

export const Constants = {
  public: {
    Enums: {},
  },
} as const;
